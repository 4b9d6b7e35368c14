package org.sealane.smb.encryption;

/**
 * How much a session's keys have done since they were derived, to decide when to take new ones.
 * Bytes are those of whole messages before sealing.
 *
 * @param sealedMessages also payloads placed by RDMA that were sealed under the same key
 * @param signedBytes signed or verified
 */
public record KeyUsage(
    long sealedMessages,
    long sealedBytes,
    long openedMessages,
    long openedBytes,
    long signedMessages,
    long signedBytes) {

  /** All bytes, in both directions. */
  public long bytes() {
    return sealedBytes + openedBytes + signedBytes;
  }

  /** All messages, in both directions. */
  public long messages() {
    return sealedMessages + openedMessages + signedMessages;
  }
}
