package org.sealane.smb.negotiate;

import java.util.List;
import java.util.UUID;

/**
 * VALIDATE_NEGOTIATE_INFO Request, [MS-SMB2] 2.2.31.4: what the client had said in NEGOTIATE, once
 * more and now signed.
 */
public record NegotiateInfoRequest(
    Capabilities capabilities, UUID guid, SecurityMode securityMode, List<Integer> dialects) {
  public NegotiateInfoRequest {
    dialects = List.copyOf(dialects);
  }
}
