package org.sealane.smb.negotiate;

import java.util.UUID;

/**
 * VALIDATE_NEGOTIATE_INFO Response, [MS-SMB2] 2.2.32.6: what the server had said in NEGOTIATE.
 *
 * @param dialect the revision that was settled
 */
public record NegotiateInfoResponse(
    Capabilities capabilities, UUID guid, SecurityMode securityMode, int dialect) {
  /** Bytes of it. */
  public static final int LENGTH = 24;
}
