package org.sealane.smb.encryption;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Properties;
import org.sealane.smb.auth.SessionSecret;

/** The values of {@code published-vectors.properties}, which says where they come from. */
public final class PublishedVectors {
  private static final Properties VALUES = load();

  private PublishedVectors() {}

  public static byte[] bytes(String name) {
    return HexFormat.of().parseHex(VALUES.getProperty(name));
  }

  public static SessionSecret secret(String name) {
    return new SessionSecret(bytes(name));
  }

  private static Properties load() {
    Properties values = new Properties();
    try (InputStream in =
        PublishedVectors.class.getResourceAsStream("published-vectors.properties")) {
      values.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return values;
  }
}
