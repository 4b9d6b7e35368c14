package org.sealane.smb.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What the first four bytes of a frame announce, [MS-SMB2] 3.3.5.2. */
public enum ProtocolId {
  /** {@code FE 'SMB'}: one SMB2 message or a compound of them. */
  SMB2,
  /** {@code FD 'SMB'}: an SMB2 TRANSFORM_HEADER and ciphertext. */
  TRANSFORM,
  /** {@code FC 'SMB'}: an SMB2 COMPRESSION_TRANSFORM_HEADER. */
  COMPRESSION,
  /** {@code FF 'SMB'}: SMB1, of which only a multi-protocol NEGOTIATE can be of interest. */
  SMB1,
  /** Anything else, and every frame shorter than four bytes. */
  UNKNOWN;

  private static final int LENGTH = 4;

  /** {@code 'S' 'M' 'B'} as the upper three bytes of a little-endian integer. */
  private static final int SMB = 0x424D_5300;

  private static final ValueLayout.OfInt LITTLE_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Classifies a frame of any length. */
  public static ProtocolId of(MemorySegment frame) {
    if (frame.byteSize() < LENGTH) {
      return UNKNOWN;
    }
    int word = frame.get(LITTLE_ENDIAN, 0);
    return switch (word ^ SMB) {
      case 0xFE -> SMB2;
      case 0xFD -> TRANSFORM;
      case 0xFC -> COMPRESSION;
      case 0xFF -> SMB1;
      default -> UNKNOWN;
    };
  }
}
