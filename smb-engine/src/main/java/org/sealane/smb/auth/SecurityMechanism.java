package org.sealane.smb.auth;

import java.net.InetSocketAddress;

/** Makes the accepting side's contexts. Any thread may call. */
public interface SecurityMechanism {
  /** A fresh context for one SESSION_SETUP exchange; the caller closes it. */
  SecurityContext acceptor();

  /** The same for a peer at an address, for mechanisms to which it matters who guesses. */
  default SecurityContext acceptor(InetSocketAddress peer) {
    return acceptor();
  }

  /**
   * The token for the SecurityBuffer of a NEGOTIATE response: which mechanisms the server offers
   * ([MS-SMB2] 3.3.5.4). Empty if the client must know without being told.
   */
  default byte[] negotiateToken() {
    return new byte[0];
  }
}
