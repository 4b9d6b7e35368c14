package org.sealane.smb.negotiate;

import java.util.List;
import java.util.UUID;

/**
 * SMB2 NEGOTIATE Response, [MS-SMB2] 2.2.4. What the bytes say, not yet whether it is acceptable:
 * that is {@link ClientNegotiation}'s. The array belongs to the record; nobody changes it.
 *
 * @param securityMode whether the server signs
 * @param dialectRevision the dialect chosen, or {@link Dialect#WILDCARD}
 * @param serverGuid the server's identity
 * @param capabilities what the server can do
 * @param maxSizes the largest payloads the server takes
 * @param systemTime the server's time as FILETIME: 100 ns since 1601
 * @param serverStartTime when the server started, as FILETIME; 0 in practice
 * @param securityBuffer the first GSS token, possibly empty
 * @param contexts in the order on the wire, duplicates included; empty unless the dialect is 3.1.1
 */
public record NegotiateResponse(
    SecurityMode securityMode,
    int dialectRevision,
    UUID serverGuid,
    Capabilities capabilities,
    MaxSizes maxSizes,
    long systemTime,
    long serverStartTime,
    byte[] securityBuffer,
    List<NegotiateContext> contexts) {

  public NegotiateResponse {
    contexts = List.copyOf(contexts);
    if (!contexts.isEmpty() && dialectRevision != Dialect.SMB_3_1_1.revision()) {
      throw new IllegalArgumentException("contexts need dialect 3.1.1");
    }
  }
}
