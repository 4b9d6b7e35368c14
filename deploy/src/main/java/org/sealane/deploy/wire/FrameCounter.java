package org.sealane.deploy.wire;

import java.nio.ByteBuffer;

/**
 * Counts the frames of one direction of a TCP lane by their first byte: sealed ones start with FD,
 * plain ones with FE. It reads no further than the prefix and that byte. Not thread-safe.
 */
final class FrameCounter {
  private static final int PREFIX_BYTES = 4;
  private static final int SEALED = 0xFD;

  private long remaining;
  private int prefixRead;
  private int prefix;
  private boolean atFirstByte;
  private long sealedFrames;
  private long plainFrames;

  /** Takes the next bytes of the stream, from position to limit; leaves the position as it is. */
  void accept(ByteBuffer bytes) {
    int at = bytes.position();
    while (at < bytes.limit()) {
      if (remaining == 0) {
        at += readPrefix(bytes.get(at));
      } else {
        if (atFirstByte) {
          count(bytes.get(at));
        }
        int skipped = (int) Math.min(remaining, bytes.limit() - at);
        remaining -= skipped;
        at += skipped;
      }
    }
  }

  private int readPrefix(byte next) {
    prefix = prefix << 8 | Byte.toUnsignedInt(next);
    prefixRead++;
    if (prefixRead == PREFIX_BYTES) {
      remaining = prefix & 0x00FF_FFFF;
      prefix = 0;
      prefixRead = 0;
      atFirstByte = remaining > 0;
    }
    return 1;
  }

  private void count(byte first) {
    atFirstByte = false;
    if (Byte.toUnsignedInt(first) == SEALED) {
      sealedFrames++;
    } else {
      plainFrames++;
    }
  }

  long sealedFrames() {
    return sealedFrames;
  }

  long plainFrames() {
    return plainFrames;
  }
}
