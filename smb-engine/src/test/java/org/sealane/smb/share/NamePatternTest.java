package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.share.ShareFixture.assertStatus;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.wire.NtStatus;

/** [MS-FSA] 2.1.4.4. */
class NamePatternTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      textBlock =
          """
          *, abc, true
          *, '', true
          abc, abc, true
          abc, ABC, true
          A*é, axÉ, true
          abc, ABD, false
          abc, abcd, false
          ab, abc, false
          a*, a, true
          a*, abc, true
          a*, ba, false
          *c, abc, true
          *c, abcd, false
          *b*, abc, true
          *.txt, a.txt, true
          *.txt, a.b.txt, true
          *.txt, .txt, true
          *.txt, atxt, false
          *.*, a.b, true
          *.*, ab, false
          a?c, abc, true
          a?c, ac, false
          ???, ab, false
          ???, abc, true
          ???, abcd, false
          <.txt, a.b.txt, true
          <.b, a.b.txt, false
          <txt, a.txt, false
          a<, abc, true
          a<, a.b, false
          a<.b, a.b, true
          a>>, a, true
          a>>, abc, true
          a>>, abcd, false
          a>.b, a.b, true
          a>.b, axy.b, false
          'a"b', a.b, true
          'a"', a, true
          'a"', a., true
          'a"', ab, false
          *aab*, aaaab, true
          """)
  void shouldMatchAsSpecified(String pattern, String name, boolean matches) throws ShareException {
    assertThat(NamePattern.of(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  void shouldEndSoonWhenPatternIsHostile() throws ShareException {
    String pattern = "*a".repeat(NamePattern.CHARS_MAX / 2);

    assertThat(NamePattern.of(pattern).matches("a".repeat(254) + "b")).isFalse();
  }

  @Test
  void shouldRefuseWhenPatternIsTooLong() throws ShareException {
    NamePattern.of("a".repeat(NamePattern.CHARS_MAX));

    assertStatus(
        NtStatus.OBJECT_NAME_INVALID, () -> NamePattern.of("a".repeat(NamePattern.CHARS_MAX + 1)));
  }

  @Test
  void shouldRefuseWhenPatternHasForbiddenCharacters() {
    for (String pattern : List.of("a\\b", "a/b", "a|b", "a:b", "a\0b")) {
      assertStatus(NtStatus.OBJECT_NAME_INVALID, () -> NamePattern.of(pattern));
    }
  }

  @Test
  void shouldBeLiteralOnlyWhenItHasNoWildcard() throws ShareException {
    assertThat(NamePattern.of("a.b").isLiteral()).isTrue();
    for (String pattern : List.of("*", "a?", "<", ">", "\"", "")) {
      assertThat(NamePattern.of(pattern).isLiteral()).as(pattern).isFalse();
    }
  }
}
