package org.sealane.smb.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Messages written down as hex files beside this class's package. */
final class GoldenMessage {
  private GoldenMessage() {}

  static byte[] bytes(String name) {
    String resource = name + ".hex";
    try (InputStream in = GoldenMessage.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String digits =
          text.lines()
              .map(line -> line.replaceFirst("#.*", "").replace(" ", ""))
              .collect(Collectors.joining());
      return HexFormat.of().parseHex(digits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MessageReader reader(String name) {
    return reader(bytes(name));
  }

  static MessageReader reader(byte[] message) {
    return new MessageReader(MemorySegment.ofArray(message));
  }

  static byte[] written(MessageWriter out) {
    return out.written().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }
}
