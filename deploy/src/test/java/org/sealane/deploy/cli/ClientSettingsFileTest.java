package org.sealane.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.deploy.files.Protection;
import org.sealane.deploy.files.UncPath;

class ClientSettingsFileTest {
  @TempDir private Path directory;
  private Path file;
  private ClientSettingsFile settings;

  @BeforeEach
  void open() {
    file = directory.resolve("sealane").resolve("client.json");
    settings = new ClientSettingsFile(file);
  }

  @ParameterizedTest
  @CsvSource({
    "//files/secret,      //files/secret/a, PRIVACY",
    "//FILES/Secret,      //files/secret/a, PRIVACY",
    "//*/secret,          //10.0.0.1/secret, PRIVACY",
    "//files/*,           //files/any,       PRIVACY",
    "//*.example/*,       //a.b.example/x,   PRIVACY",
    "//files/secret,      //files/secrets,   SIGNING",
    "//files/secret,      //other/secret,    SIGNING",
    "//file./secret,      //files/secret,    SIGNING",
    "//*.example/*,       //example/x,       SIGNING"
  })
  void shouldAskForPrivacyWhereAPatternMatches(String pattern, String place, Protection expected)
      throws Exception {
    settings.change(Map.of(pattern, "privacy"));

    assertThat(settings.protection(UncPath.parse(place))).isEqualTo(expected);
  }

  @Test
  void shouldTakeTheStrongestOfSeveralPatterns() throws Exception {
    settings.change(Map.of("//*/*", "signing", "//files/*", "privacy"));

    assertThat(settings.protection(UncPath.parse("//files/a"))).isEqualTo(Protection.PRIVACY);
    assertThat(settings.protection(UncPath.parse("//other/a"))).isEqualTo(Protection.SIGNING);
  }

  @Test
  void shouldForgetAPatternThatIsSetOff() throws Exception {
    settings.change(Map.of("//a/*", "privacy", "//b/*", "signing"));
    settings.change(Map.of("//a/*", "off"));

    assertThat(settings.read().harden()).containsOnlyKeys("//b/*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"harden\":{\"//a/*\":\"none\"}}",
        "{\"harden\":{\"a\":\"privacy\"}}",
        "{}",
        "x"
      })
  void shouldSendNothingWhenTheFileCanNotBeUnderstood(String content) throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);

    assertThatThrownBy(() -> settings.protection(UncPath.parse("//b/c")))
        .isInstanceOf(CliFailure.class)
        .hasMessageContaining("client.json");
  }
}
