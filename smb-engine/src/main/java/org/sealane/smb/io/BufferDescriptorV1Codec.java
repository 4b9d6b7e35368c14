package org.sealane.smb.io;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of lists of {@link BufferDescriptorV1}, [MS-SMBD] 2.2.3.1. */
public final class BufferDescriptorV1Codec {
  private static final int TOKEN_OFFSET = 8;
  private static final int LENGTH_OFFSET = 12;

  private BufferDescriptorV1Codec() {}

  /**
   * Reads the descriptors that fill {@code lengthBytes} of {@code in} from {@code at} on. Refuses a
   * part of one, and more than {@link BufferDescriptorV1#COUNT_MAX}. What they name is not held
   * against anything.
   */
  public static List<BufferDescriptorV1> decode(MessageReader in, long at, long lengthBytes)
      throws MalformedMessageException {
    in.require("BufferDescriptorV1", at, lengthBytes);
    if (lengthBytes % BufferDescriptorV1.LENGTH != 0) {
      throw new MalformedMessageException(
          "BufferDescriptorV1", at, "a multiple of 16 bytes", lengthBytes);
    }
    long count = lengthBytes / BufferDescriptorV1.LENGTH;
    if (count > BufferDescriptorV1.COUNT_MAX) {
      throw new MalformedMessageException(
          "BufferDescriptorV1", at, "at most " + BufferDescriptorV1.COUNT_MAX, count);
    }
    List<BufferDescriptorV1> descriptors = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      long from = at + i * BufferDescriptorV1.LENGTH;
      descriptors.add(
          new BufferDescriptorV1(
              in.i64("Offset", from),
              in.i32("Token", from + TOKEN_OFFSET),
              in.u32("Length", from + LENGTH_OFFSET)));
    }
    return descriptors;
  }

  /** Writes the descriptors one after the other from {@code at} on. */
  public static void encode(List<BufferDescriptorV1> descriptors, MessageWriter out, int at) {
    int from = at;
    for (BufferDescriptorV1 descriptor : descriptors) {
      out.i64(from, descriptor.offset())
          .i32(from + TOKEN_OFFSET, descriptor.token())
          .u32(from + LENGTH_OFFSET, descriptor.lengthBytes());
      from += BufferDescriptorV1.LENGTH;
    }
  }
}
