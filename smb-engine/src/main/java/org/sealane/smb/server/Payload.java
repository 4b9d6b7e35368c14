package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.encryption.TransformHeader;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.transport.FramePool;

/**
 * What a READ response carries behind its fixed part. The bytes stand in a lent array behind room
 * for the headers of a sealed message, so that sealing needs neither another array nor a copy.
 *
 * @param buffer owned by the holder of the payload
 * @param lengthBytes bytes from {@link #OFFSET} on
 */
record Payload(FramePool.Buffer buffer, int lengthBytes) {
  /** Where the bytes start: behind TRANSFORM_HEADER, SMB2 header and fixed part. */
  static final int OFFSET = TransformHeader.LENGTH + ReadResponse.PAYLOAD_OFFSET;

  /** Lends room for {@code lengthBytesMax}. */
  static FramePool.Buffer borrow(FramePool pool, int lengthBytesMax) {
    return pool.borrow(OFFSET + lengthBytesMax);
  }

  /** The bytes. */
  MemorySegment bytes() {
    return buffer.segment().asSlice(OFFSET, lengthBytes);
  }

  /** Room for the SMB2 header and fixed part, and the bytes. */
  MemorySegment message() {
    return buffer
        .segment()
        .asSlice(TransformHeader.LENGTH, ReadResponse.PAYLOAD_OFFSET + lengthBytes);
  }

  /** Room for all headers, and the bytes. */
  MemorySegment sealed() {
    return buffer.segment().asSlice(0, OFFSET + lengthBytes);
  }
}
