package org.sealane.cluster.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts checked in beside the tests, so that a changed decision shows as a diff. */
public final class Snapshots {
  private Snapshots() {}

  /**
   * Compares with the resource {@code name}; on a difference the new text is left under {@code
   * target/snapshots}, to be looked at and copied to {@code src/test/resources} if it is meant.
   */
  public static void assertMatches(String name, String actual) throws IOException {
    String expected;
    try (InputStream resource = Snapshots.class.getResourceAsStream("/" + name)) {
      expected =
          resource == null ? "" : new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (!expected.equals(actual)) {
      Path written = Path.of("target", "snapshots", name);
      Files.createDirectories(written.getParent());
      Files.writeString(written, actual);
    }
    assertThat(actual).as("src/test/resources/" + name).isEqualTo(expected);
  }
}
