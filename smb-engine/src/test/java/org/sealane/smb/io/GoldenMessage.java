package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.Bytes;
import org.sealane.smb.wire.MessageReader;

/** Messages written down as hex files beside this class. */
final class GoldenMessage {
  private GoldenMessage() {}

  static byte[] bytes(String name) {
    return Bytes.golden(GoldenMessage.class, name + ".hex");
  }

  static MessageReader reader(String name) {
    return reader(bytes(name));
  }

  static MessageReader reader(byte[] message) {
    return new MessageReader(MemorySegment.ofArray(message));
  }
}
