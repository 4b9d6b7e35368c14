package org.sealane.smb.server;

import java.util.Arrays;
import org.sealane.smb.io.LockRequest;

/**
 * Which LOCK requests of an open were carried out last, so that one whose answer was lost is not
 * carried out twice when it is sent again: Open.LockSequenceArray, [MS-SMB2] 3.3.1.10 and 3.3.5.14.
 * Any thread may call.
 */
final class LockSequences {
  private static final byte NONE = -1;

  /** Made when it is needed first: most opens lock nothing. */
  private byte[] numbers;

  /** True if this very request was carried out; else its index is free for it. */
  synchronized boolean isRepeated(LockRequest asked) {
    if (!hasIndex(asked)) {
      return false;
    }
    if (numbers == null) {
      numbers = new byte[LockRequest.SEQUENCE_INDEX_MAX + 1];
      Arrays.fill(numbers, NONE);
    }
    boolean repeated = numbers[asked.sequenceIndex()] == asked.sequenceNumber();
    if (!repeated) {
      numbers[asked.sequenceIndex()] = NONE;
    }
    return repeated;
  }

  /** It was carried out. */
  synchronized void done(LockRequest asked) {
    if (hasIndex(asked) && numbers != null) {
      numbers[asked.sequenceIndex()] = (byte) asked.sequenceNumber();
    }
  }

  private static boolean hasIndex(LockRequest asked) {
    return asked.sequenceIndex() >= 1 && asked.sequenceIndex() <= LockRequest.SEQUENCE_INDEX_MAX;
  }
}
