package org.sealane.smb.negotiate;

import java.util.List;
import java.util.UUID;

/**
 * SMB2 NEGOTIATE Request, [MS-SMB2] 2.2.3. What the bytes say, not yet whether it is acceptable:
 * that is {@link ServerNegotiation}'s.
 *
 * @param securityMode whether the client signs
 * @param capabilities what the client can do
 * @param clientGuid the client's identity, the same on each of its connections
 * @param dialects revisions offered, possibly unknown ones or none
 * @param contexts in the order on the wire, duplicates included; empty unless 3.1.1 is offered
 */
public record NegotiateRequest(
    SecurityMode securityMode,
    Capabilities capabilities,
    UUID clientGuid,
    List<Integer> dialects,
    List<NegotiateContext> contexts) {

  public NegotiateRequest {
    dialects = List.copyOf(dialects);
    contexts = List.copyOf(contexts);
    if (!contexts.isEmpty() && !dialects.contains(Dialect.SMB_3_1_1.revision())) {
      throw new IllegalArgumentException("contexts need dialect 3.1.1");
    }
  }
}
