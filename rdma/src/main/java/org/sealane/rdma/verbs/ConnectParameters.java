package org.sealane.rdma.verbs;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * What the two sides of a connection tell each other, {@code rdma_conn_param}.
 *
 * @param privateData up to {@link #PRIVATE_DATA_BYTES_MAX}; received it may have zeros behind it,
 *     as devices pad it, and may be empty where they drop it
 * @param responderResources RDMA READs of the peer that this side can answer at a time (IRD)
 * @param initiatorDepth RDMA READs that this side has under way at a time (ORD)
 */
public record ConnectParameters(byte[] privateData, int responderResources, int initiatorDepth) {
  /** What {@code RDMA_PS_TCP} carries in a connect request. */
  public static final int PRIVATE_DATA_BYTES_MAX = 56;

  private static final int DEPTH_MAX = 255;

  public ConnectParameters {
    privateData = privateData.clone();
    if (responderResources < 0
        || responderResources > DEPTH_MAX
        || initiatorDepth < 0
        || initiatorDepth > DEPTH_MAX) {
      throw new IllegalArgumentException("depths are 0 to " + DEPTH_MAX);
    }
  }

  /** A copy. */
  @Override
  public byte[] privateData() {
    return privateData.clone();
  }

  /**
   * These as this side's limits against what the {@code peer} said: neither side may have more
   * READs under way than the other can answer. Devices do not clamp by themselves.
   */
  public ConnectParameters against(ConnectParameters peer) {
    return new ConnectParameters(
        peer.privateData,
        Math.min(responderResources, peer.initiatorDepth),
        Math.min(initiatorDepth, peer.responderResources));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConnectParameters that
        && Arrays.equals(privateData, that.privateData)
        && responderResources == that.responderResources
        && initiatorDepth == that.initiatorDepth;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(privateData) + responderResources * 256 + initiatorDepth;
  }

  @Override
  public String toString() {
    return "ird=%d ord=%d data=%s"
        .formatted(responderResources, initiatorDepth, HexFormat.of().formatHex(privateData));
  }
}
