package org.sealane.smb.auth;

import org.sealane.smb.lane.LaneBinding;

/** An authenticated peer. */
public sealed interface Principal {
  /** The name for logs and audit. */
  String name();

  /**
   * A node of the cluster, proven by its certificate, on the lane it bound its keys to.
   *
   * @param name the node's name from its certificate
   * @param binding the lane, the same on both sides
   * @param keyAgreement the TLS group that made the key, as {@code X25519MLKEM768}
   */
  record Node(String name, LaneBinding binding, String keyAgreement) implements Principal {}

  /**
   * A user who proved a password.
   *
   * @param name the account's name as the account has it, not as the client wrote it
   */
  record User(String name) implements Principal {}

  /** A server that knows the user's password, by the name it gave itself; NTLM proves no more. */
  record Server(String name) implements Principal {}
}
