package org.sealane.smb.io;

import java.util.List;

/**
 * SMB2 LOCK request, [MS-SMB2] 2.2.26.
 *
 * @param sequenceNumber 0 to 15, tells a repeated request from a new one of the same index
 * @param sequenceIndex 1 to {@link #SEQUENCE_INDEX_MAX}; another is no index
 * @param fileId the file's open
 * @param elements at least one
 */
public record LockRequest(
    int sequenceNumber, int sequenceIndex, FileId fileId, List<Element> elements) {
  public static final int SHARED_LOCK = 0x01;
  public static final int EXCLUSIVE_LOCK = 0x02;
  public static final int UNLOCK = 0x04;
  public static final int FAIL_IMMEDIATELY = 0x10;

  /** Entries of Open.LockSequenceArray, [MS-SMB2] 3.3.1.10. */
  public static final int SEQUENCE_INDEX_MAX = 64;

  public static final int SEQUENCE_NUMBER_MAX = 15;

  /** Most ranges that one request may name; clients send one. */
  public static final int ELEMENTS_MAX = 1024;

  public LockRequest {
    elements = List.copyOf(elements);
  }

  /**
   * SMB2_LOCK_ELEMENT, [MS-SMB2] 2.2.26.1.
   *
   * @param offset unsigned, in bytes
   * @param lengthBytes unsigned; 0 is a range of its own kind
   * @param flags not checked here
   */
  public record Element(long offset, long lengthBytes, int flags) {
    public boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }
}
