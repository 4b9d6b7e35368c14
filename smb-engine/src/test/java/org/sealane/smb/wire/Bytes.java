package org.sealane.smb.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes for tests. */
public final class Bytes {
  private Bytes() {}

  /** Those of a text of hex digits; white space and what follows a {@code #} do not count. */
  public static byte[] ofHex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("#.*", "").replaceAll("\\s", ""));
  }

  /** Those of a file of hex digits beside the class, in the form of {@link #ofHex}. */
  public static byte[] golden(Class<?> beside, String file) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + file + " beside " + beside.getName());
      }
      return ofHex(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A copy of a segment's. */
  public static byte[] of(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
