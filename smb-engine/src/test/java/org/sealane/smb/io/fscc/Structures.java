package org.sealane.smb.io.fscc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.HexFormat;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** What the tests of this package share. */
final class Structures {
  static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  static final FileInformation FILE =
      new FileInformation(
          "b.txt",
          0x1122_3344_5566_7788L,
          NOON,
          NOON.plusSeconds(1).plusNanos(100),
          NOON.plusMillis(2500),
          NOON.plusSeconds(3),
          1234,
          4096,
          FileAttributes.ARCHIVE,
          2);

  private Structures() {}

  static MessageReader reader(String hex) {
    return reader(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
  }

  static MessageReader reader(byte[] bytes) {
    return new MessageReader(MemorySegment.ofArray(bytes));
  }

  static String hex(MessageWriter out) {
    return hex(out.written());
  }

  static String hex(MemorySegment segment) {
    return HexFormat.of().formatHex(segment.toArray(ValueLayout.JAVA_BYTE));
  }

  static String compact(String hex) {
    return hex.replaceAll("\\s", "");
  }
}
