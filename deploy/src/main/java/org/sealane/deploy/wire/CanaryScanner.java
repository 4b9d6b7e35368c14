package org.sealane.deploy.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Counts how often one pattern stands in a stream of bytes, however the stream is cut into pieces.
 * Not thread-safe: one scanner for each direction of each connection.
 */
final class CanaryScanner {
  private final byte[] pattern;
  private final int[] border;
  private int matched;
  private long found;

  /**
   * @param pattern what to look for, not empty; copied
   */
  CanaryScanner(byte[] pattern) {
    if (pattern.length == 0) {
      throw new IllegalArgumentException("an empty canary stands everywhere");
    }
    this.pattern = Arrays.copyOf(pattern, pattern.length);
    this.border = borders(this.pattern);
  }

  /** Takes the next bytes of the stream, from position to limit; leaves the position as it is. */
  void accept(ByteBuffer bytes) {
    for (int at = bytes.position(); at < bytes.limit(); at++) {
      byte next = bytes.get(at);
      while (matched > 0 && (matched == pattern.length || pattern[matched] != next)) {
        matched = border[matched - 1];
      }
      if (pattern[matched] == next) {
        matched++;
      }
      if (matched == pattern.length) {
        found++;
      }
    }
  }

  /** How often the whole pattern was seen so far, overlapping ones included. */
  long found() {
    return found;
  }

  /** For each prefix, the length of its longest proper border (Knuth, Morris, Pratt). */
  private static int[] borders(byte[] pattern) {
    int[] border = new int[pattern.length];
    int length = 0;
    for (int at = 1; at < pattern.length; at++) {
      while (length > 0 && pattern[at] != pattern[length]) {
        length = border[length - 1];
      }
      if (pattern[at] == pattern[length]) {
        length++;
      }
      border[at] = length;
    }
    return border;
  }
}
