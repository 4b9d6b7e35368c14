package org.sealane.smb.wire;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins messages into one frame: pads each but the last to {@link CompoundReader#ALIGNMENT} and
 * sets its NextCommand, [MS-SMB2] 3.2.4.1.4. To be done before signing, since a signature covers
 * the padding and NextCommand.
 */
public final class CompoundWriter {
  private CompoundWriter() {}

  /**
   * Links whole messages. The result are their bytes in order, each to be signed alone; their
   * concatenation is the frame. Nothing is written to the writers afterwards.
   */
  public static List<MemorySegment> link(List<MessageWriter> messages) {
    if (messages.isEmpty() || messages.size() > CompoundReader.MESSAGES_MAX) {
      throw new IllegalArgumentException(messages.size() + " messages in a compound");
    }
    List<MemorySegment> linked = new ArrayList<>(messages.size());
    for (MessageWriter message : messages.subList(0, messages.size() - 1)) {
      int next = message.alignTo(CompoundReader.ALIGNMENT);
      message.i32(Smb2HeaderCodec.NEXT_COMMAND_OFFSET, next);
      linked.add(message.written());
    }
    linked.add(messages.getLast().written());
    return linked;
  }

  /** Zero bytes to append to a message of {@code lengthBytes} that another one follows. */
  public static int paddingBytes(long lengthBytes) {
    return (int) Math.floorMod(-lengthBytes, (long) CompoundReader.ALIGNMENT);
  }
}
