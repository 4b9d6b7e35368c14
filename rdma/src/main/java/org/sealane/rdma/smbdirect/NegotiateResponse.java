package org.sealane.rdma.smbdirect;

/**
 * SMB_DIRECT_NEGOTIATE_RESPONSE, [MS-SMBD] 2.2.2: the acceptor's answer.
 *
 * @param minVersion lowest version it speaks
 * @param maxVersion highest version it speaks
 * @param negotiatedVersion the version in force; no meaning if the status is not success
 * @param creditsRequested send credits it wants
 * @param creditsGranted receives it has posted
 * @param status NTSTATUS
 * @param maxReadWriteSize bytes of the longest RDMA READ or WRITE
 * @param preferredSendSize bytes of its longest message
 * @param maxReceiveSize bytes of the longest message it can receive
 * @param maxFragmentedSize bytes of the longest reassembled message it can receive
 */
public record NegotiateResponse(
    int minVersion,
    int maxVersion,
    int negotiatedVersion,
    int creditsRequested,
    int creditsGranted,
    int status,
    long maxReadWriteSize,
    long preferredSendSize,
    long maxReceiveSize,
    long maxFragmentedSize) {
  /** Bytes on the wire. */
  public static final int LENGTH = 32;
}
