package org.sealane.smb.auth;

/** Makes the accepting side's contexts. Any thread may call. */
public interface SecurityMechanism {
  /** A fresh context for one SESSION_SETUP exchange; the caller closes it. */
  SecurityContext acceptor();
}
