package org.sealane.deploy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UncPathTest {

  @Test
  void shouldReadHostPortShareAndPath() {
    UncPath path = UncPath.parse("//files.example:4451/v1/deep/er/a.bin");

    assertThat(path.host()).isEqualTo("files.example");
    assertThat(path.port()).isEqualTo(4451);
    assertThat(path.share()).isEqualTo("v1");
    assertThat(path.path().components()).containsExactly("deep", "er", "a.bin");
    assertThat(path.tree()).isEqualTo("\\\\files.example\\v1");
    assertThat(path).hasToString("//files.example:4451/v1/deep/er/a.bin");
  }

  @Test
  void shouldKnowTheUsualPortAndTheRoot() {
    UncPath path = UncPath.parse("//[::1]/share");

    assertThat(path.host()).isEqualTo("::1");
    assertThat(path.port()).isEqualTo(445);
    assertThat(path.path().isRoot()).isTrue();
    assertThat(path).hasToString("//[::1]/share/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//",
        "//host",
        "//host/",
        "//:445/s",
        "//h:0/s",
        "//h:65536/s",
        "//h:x/s",
        "/h/s",
        "//[::1/s",
        "//h/s/a:b"
      })
  void shouldSayWhatIsAccepted(String text) {
    assertThatThrownBy(() -> UncPath.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'");
  }
}
