package org.sealane.smb.wire;

/** How many credits a request costs, [MS-SMB2] 3.1.5.2. */
public final class CreditCharge {
  /** Payload bytes that one credit pays for. */
  public static final int BYTES_PER_CREDIT = 65_536;

  private CreditCharge() {}

  /**
   * The charge of a request: the larger of both payloads counts, and an empty one costs a credit.
   *
   * @param sendPayloadBytes payload in the request, by direct placement or not
   * @param expectedPayloadBytes payload that the response may carry
   */
  public static int of(long sendPayloadBytes, long expectedPayloadBytes) {
    long payloadBytes = Math.max(sendPayloadBytes, expectedPayloadBytes);
    if (payloadBytes < 0) {
      throw new IllegalArgumentException("payload of " + payloadBytes + " bytes");
    }
    return payloadBytes == 0 ? 1 : Math.toIntExact((payloadBytes - 1) / BYTES_PER_CREDIT + 1);
  }

  /**
   * True if a request's CreditCharge pays for the larger of its payloads, [MS-SMB2] 3.3.5.2.5. A
   * charge of zero pays as much as one credit does.
   */
  public static boolean covers(int creditCharge, long payloadBytes) {
    return payloadBytes <= (long) Math.max(1, creditCharge) * BYTES_PER_CREDIT;
  }
}
