package org.sealane.rdma.smbdirect;

/**
 * SMB_DIRECT_NEGOTIATE_REQUEST, [MS-SMBD] 2.2.1: the initiator's first message.
 *
 * @param minVersion lowest version it speaks
 * @param maxVersion highest version it speaks
 * @param creditsRequested send credits it wants
 * @param preferredSendSize bytes of its longest message, wanted
 * @param maxReceiveSize bytes of the longest message it can receive
 * @param maxFragmentedSize bytes of the longest reassembled message it can receive
 */
public record NegotiateRequest(
    int minVersion,
    int maxVersion,
    int creditsRequested,
    long preferredSendSize,
    long maxReceiveSize,
    long maxFragmentedSize) {
  /** Bytes on the wire. */
  public static final int LENGTH = 20;
}
