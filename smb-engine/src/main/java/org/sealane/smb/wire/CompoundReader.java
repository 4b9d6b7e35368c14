package org.sealane.smb.wire;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Splits a frame into its SMB2 messages by their NextCommand, [MS-SMB2] 3.3.5.2.7, 3.2.5.1.9. */
public final class CompoundReader {
  /**
   * Messages in one frame at most. Clients in use compound a handful; each costs the server work.
   */
  public static final int MESSAGES_MAX = 64;

  /** Each message of a compound starts at a multiple of this. */
  public static final int ALIGNMENT = 8;

  private CompoundReader() {}

  /**
   * One message of a frame.
   *
   * @param header its header
   * @param bytes from the header's first byte to the next message, padding included, as signatures
   *     cover it; a view of the frame and valid as long as that is
   */
  public record Message(Smb2Header header, MemorySegment bytes) {}

  /** The messages of {@code frame} in order, at least one. Borrows the frame. */
  public static List<Message> split(MemorySegment frame) throws MalformedMessageException {
    List<Message> messages = new ArrayList<>(1);
    long start = 0;
    while (true) {
      MemorySegment rest = frame.asSlice(start);
      Smb2Header header = Smb2HeaderCodec.decode(new MessageReader(rest));
      if (header.nextCommand() == 0) {
        messages.add(new Message(header, rest));
        return messages;
      }
      requireNextCommand(header.nextCommand(), start, rest.byteSize());
      messages.add(new Message(header, rest.asSlice(0, header.nextCommand())));
      if (messages.size() == MESSAGES_MAX) {
        throw new MalformedMessageException(
            "compound", start, "at most " + MESSAGES_MAX + " messages", messages.size() + 1);
      }
      start += header.nextCommand();
    }
  }

  private static void requireNextCommand(long nextCommand, long start, long available)
      throws MalformedMessageException {
    long offset = start + Smb2HeaderCodec.NEXT_COMMAND_OFFSET;
    if (nextCommand % ALIGNMENT != 0) {
      throw new MalformedMessageException(
          "NextCommand", offset, "a multiple of " + ALIGNMENT, nextCommand);
    }
    if (nextCommand < Smb2Header.LENGTH || nextCommand > available - Smb2Header.LENGTH) {
      throw new MalformedMessageException(
          "NextCommand",
          offset,
          Smb2Header.LENGTH + " to " + (available - Smb2Header.LENGTH),
          nextCommand);
    }
  }
}
