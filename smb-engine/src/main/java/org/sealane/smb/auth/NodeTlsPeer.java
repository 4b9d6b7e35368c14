package org.sealane.smb.auth;

import org.bouncycastle.tls.TlsContext;

/** What the two ends of TLS have in common for {@link NodeContext}. */
interface NodeTlsPeer {
  TlsContext tlsContext();

  /** The exported key, once; null before the handshake's end and after the first call. */
  SessionSecret takeSessionKey();
}
