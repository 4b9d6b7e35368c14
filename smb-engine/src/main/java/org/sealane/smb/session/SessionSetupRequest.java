package org.sealane.smb.session;

import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.SecurityMode;

/**
 * SMB2 SESSION_SETUP Request, [MS-SMB2] 2.2.5: one GSS token of the client. The array belongs to
 * the record; nobody changes it.
 *
 * @param flags {@link #FLAG_BINDING} or 0
 * @param securityMode whether the client signs
 * @param capabilities only {@link Capabilities#DFS} has a meaning here
 * @param previousSessionId the session that this one replaces, or 0
 * @param securityBuffer the token
 */
public record SessionSetupRequest(
    int flags,
    SecurityMode securityMode,
    Capabilities capabilities,
    long previousSessionId,
    byte[] securityBuffer) {
  /** Binds an existing session to this connection. */
  public static final int FLAG_BINDING = 0x01;

  public boolean isBinding() {
    return (flags & FLAG_BINDING) != 0;
  }
}
