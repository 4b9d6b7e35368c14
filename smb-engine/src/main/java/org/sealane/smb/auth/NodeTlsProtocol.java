package org.sealane.smb.auth;

/** What our subclasses of Bouncy Castle's state machines add to them. */
interface NodeTlsProtocol {
  /** The group that made the key, as the TLS registry numbers it; -1 before it is known. */
  int namedGroup();

  /** True if a record has begun in the input and not ended. */
  boolean hasPartialRecord();
}
