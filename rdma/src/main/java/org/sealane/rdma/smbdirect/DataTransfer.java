package org.sealane.rdma.smbdirect;

/**
 * The header of SMB_DIRECT_DATA_TRANSFER, [MS-SMBD] 2.2.3: a fragment of a message, or only
 * credits.
 *
 * @param creditsRequested send credits the sender wants in all, from 1 on
 * @param creditsGranted further receives the sender has posted
 * @param responseRequested whether the receiver is to answer at once
 * @param remainingDataLength bytes of the message behind this fragment
 * @param dataOffset where the fragment begins, a multiple of 8; 0 without data
 * @param dataLength bytes of the fragment
 */
public record DataTransfer(
    int creditsRequested,
    int creditsGranted,
    boolean responseRequested,
    long remainingDataLength,
    long dataOffset,
    long dataLength) {
  /** Bytes of the header without padding. */
  public static final int LENGTH = 20;

  /** Where the data begins in what this side sends. */
  public static final int DATA_OFFSET = 24;

  /** Bytes of the whole message. */
  public int messageBytes() {
    return dataLength == 0 ? LENGTH : Math.toIntExact(dataOffset + dataLength);
  }
}
