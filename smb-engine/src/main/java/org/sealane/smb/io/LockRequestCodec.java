package org.sealane.smb.io;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link LockRequest}, [MS-SMB2] 2.2.26. */
public final class LockRequestCodec {
  private static final int STRUCTURE_SIZE = 48;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int LOCK_COUNT_OFFSET = Smb2Header.LENGTH + 2;
  private static final int LOCK_SEQUENCE_OFFSET = Smb2Header.LENGTH + 4;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 8;
  private static final int LOCKS_OFFSET = Smb2Header.LENGTH + 24;
  private static final int ELEMENT_LENGTH = 24;
  private static final int ELEMENT_LENGTH_OFFSET = 8;
  private static final int ELEMENT_FLAGS_OFFSET = 16;
  private static final int SEQUENCE_NUMBER_MASK = 0xF;
  private static final int SEQUENCE_INDEX_SHIFT = 4;

  private LockRequestCodec() {}

  public static LockRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    int count = in.u16("LockCount", LOCK_COUNT_OFFSET);
    if (count == 0 || count > LockRequest.ELEMENTS_MAX) {
      throw new MalformedMessageException(
          "LockCount", LOCK_COUNT_OFFSET, "1 to " + LockRequest.ELEMENTS_MAX, count);
    }
    in.require("Locks", LOCKS_OFFSET, (long) count * ELEMENT_LENGTH);
    List<LockRequest.Element> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int offset = LOCKS_OFFSET + i * ELEMENT_LENGTH;
      elements.add(
          new LockRequest.Element(
              in.i64("Offset", offset),
              in.i64("Length", offset + ELEMENT_LENGTH_OFFSET),
              in.i32("Flags", offset + ELEMENT_FLAGS_OFFSET)));
    }
    int sequence = in.i32("LockSequence", LOCK_SEQUENCE_OFFSET);
    return new LockRequest(
        sequence & SEQUENCE_NUMBER_MASK,
        sequence >>> SEQUENCE_INDEX_SHIFT,
        FileId.decode(in, FILE_ID_OFFSET),
        elements);
  }

  /** Writes the body behind the header. */
  public static void encode(LockRequest request, MessageWriter out) {
    List<LockRequest.Element> elements = request.elements();
    out.padTo(LOCKS_OFFSET + elements.size() * ELEMENT_LENGTH)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(LOCK_COUNT_OFFSET, elements.size())
        .i32(
            LOCK_SEQUENCE_OFFSET,
            request.sequenceIndex() << SEQUENCE_INDEX_SHIFT | request.sequenceNumber());
    request.fileId().encode(out, FILE_ID_OFFSET);
    for (int i = 0; i < elements.size(); i++) {
      LockRequest.Element element = elements.get(i);
      int offset = LOCKS_OFFSET + i * ELEMENT_LENGTH;
      out.i64(offset, element.offset())
          .i64(offset + ELEMENT_LENGTH_OFFSET, element.lengthBytes())
          .i32(offset + ELEMENT_FLAGS_OFFSET, element.flags());
    }
  }
}
