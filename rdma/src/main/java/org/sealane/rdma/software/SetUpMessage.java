package org.sealane.rdma.software;

import org.sealane.rdma.verbs.ConnectParameters;

/** What the two ends of a connection tell each other on its unix socket. */
sealed interface SetUpMessage {
  /** The longest on the socket, its length included. */
  int BYTES_MAX = 512;

  /**
   * Where the sender's queue pair is.
   *
   * @param instance the name of its process's directory
   * @param queuePair its number, which names its file
   * @param completionQueue which doorbells to ring
   * @param slot its bit there
   * @param receiveDepth receives in its file
   */
  record Endpoint(
      String instance, int queuePair, int completionQueue, int slot, int receiveDepth) {}

  /** The initiator wants to connect. */
  record Hello(Endpoint endpoint, String host, int port, ConnectParameters offer)
      implements SetUpMessage {}

  /** The acceptor made its queue pair. */
  record Accepted(Endpoint endpoint, ConnectParameters answer) implements SetUpMessage {}

  /** The acceptor will not. */
  record Rejected() implements SetUpMessage {}

  /** The initiator has the acceptor's answer. */
  record Established() implements SetUpMessage {}

  /** The sender's queue pair is in error. */
  record Disconnected() implements SetUpMessage {}
}
