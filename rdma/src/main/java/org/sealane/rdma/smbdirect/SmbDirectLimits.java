package org.sealane.rdma.smbdirect;

import java.time.Duration;

/**
 * What one side of SMB Direct connections wants and allows, [MS-SMBD] 3.1.1.1.
 *
 * @param receiveCreditMax receives posted at most
 * @param sendCreditTarget send credits asked of the peer
 * @param maxSendSize bytes of the longest message sent
 * @param maxReceiveSize bytes of the longest message received
 * @param maxFragmentedReceiveSize bytes of the longest reassembled message
 * @param maxReadWriteSize bytes of the longest RDMA READ or WRITE
 * @param keepaliveInterval silence after which the peer is asked for a sign of life
 * @param keepaliveResponse how long it may take for it
 * @param negotiateTimeout how long the negotiation may take
 */
public record SmbDirectLimits(
    int receiveCreditMax,
    int sendCreditTarget,
    int maxSendSize,
    int maxReceiveSize,
    int maxFragmentedReceiveSize,
    int maxReadWriteSize,
    Duration keepaliveInterval,
    Duration keepaliveResponse,
    Duration negotiateTimeout) {
  /** The only version, [MS-SMBD] 2.2.1. */
  public static final int VERSION = 0x0100;

  /** [MS-SMBD] 3.1.5.6: a peer below these is dropped. */
  static final int MAX_RECEIVE_SIZE_FLOOR = 128;

  static final int MAX_FRAGMENTED_SIZE_FLOOR = 131_072;

  /**
   * Fewer credits than this could stop both sides: a side with one credit left may only send what
   * grants, and single credits are not granted by messages of their own.
   */
  static final int CREDITS_FLOOR = 4;

  private static final int CREDITS_MAX = 0xFFFF;

  public SmbDirectLimits {
    if (receiveCreditMax < CREDITS_FLOOR
        || sendCreditTarget < CREDITS_FLOOR
        || receiveCreditMax > CREDITS_MAX
        || sendCreditTarget > CREDITS_MAX) {
      throw new IllegalArgumentException("credits are " + CREDITS_FLOOR + " to " + CREDITS_MAX);
    }
    if (maxReceiveSize < MAX_RECEIVE_SIZE_FLOOR
        || maxSendSize < MAX_RECEIVE_SIZE_FLOOR
        || maxFragmentedReceiveSize < MAX_FRAGMENTED_SIZE_FLOOR) {
      throw new IllegalArgumentException("sizes are below those of [MS-SMBD] 3.1.5.6");
    }
  }
}
