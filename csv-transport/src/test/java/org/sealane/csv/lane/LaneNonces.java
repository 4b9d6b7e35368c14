package org.sealane.csv.lane;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * The nonces under which the frames of lanes were sealed and signed, as anyone on the path sees.
 */
final class LaneNonces {
  private static final int SEALED = 0x424D53FD;
  private static final int PLAIN = 0x424D53FE;

  /** Fields of TRANSFORM_HEADER, [MS-SMB2] 2.2.41. */
  private static final int NONCE = 20;

  private static final int NONCE_BYTES = 16;
  private static final int SEALED_SESSION_ID = 44;

  /** Fields of the header, [MS-SMB2] 2.2.1.2. */
  private static final int COMMAND = 12;

  private static final int FLAGS = 16;
  private static final int NEXT_COMMAND = 20;
  private static final int MESSAGE_ID = 24;
  private static final int SESSION_ID = 40;
  private static final int CANCEL = 12;
  private static final int SIGNED = 8;

  private final Set<String> seen = new HashSet<>();
  private long sealed;
  private long signed;

  /** Frames that were sealed. */
  long sealed() {
    return sealed;
  }

  /** Messages that were signed. */
  long signed() {
    return signed;
  }

  /** Takes in what one relay saw. Throws an AssertionError if a nonce comes twice under a key. */
  void add(LaneRelay relay) {
    for (LaneRelay.Link link : relay.links()) {
      for (LaneRelay.Direction direction : LaneRelay.Direction.values()) {
        link.frames(direction).forEach(frame -> add(direction, frame));
      }
    }
  }

  void add(LaneRelay.Direction direction, byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    switch (bytes.getInt(0)) {
      case SEALED -> {
        sealed++;
        String nonce = HexFormat.of().formatHex(frame, NONCE, NONCE + NONCE_BYTES);
        once("%x %s %s".formatted(bytes.getLong(SEALED_SESSION_ID), direction, nonce));
      }
      case PLAIN -> signed(direction, bytes);
      default -> throw new AssertionError("no frame of a lane");
    }
  }

  /** AES-GMAC has one key for both directions; the nonce tells MessageId, role and CANCEL. */
  private void signed(LaneRelay.Direction direction, ByteBuffer bytes) {
    int at = 0;
    int next;
    do {
      next = bytes.getInt(at + NEXT_COMMAND);
      if ((bytes.getInt(at + FLAGS) & SIGNED) != 0) {
        signed++;
        once(
            "%x signed %d %s %b"
                .formatted(
                    bytes.getLong(at + SESSION_ID),
                    bytes.getLong(at + MESSAGE_ID),
                    direction,
                    bytes.getShort(at + COMMAND) == CANCEL));
      }
      at += next;
    } while (next != 0);
  }

  private void once(String keyAndNonce) {
    if (!seen.add(keyAndNonce)) {
      throw new AssertionError("two frames under one key and nonce: " + keyAndNonce);
    }
  }
}
