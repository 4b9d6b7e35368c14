package org.sealane.rdma.verbs;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A peer that wants to connect. Answer it exactly once; any thread may. */
public interface ConnectRequest {
  InetSocketAddress peer();

  /** The address it reached. */
  InetSocketAddress local();

  /** What the peer said, in the peer's view: its {@code initiatorDepth} is its own. */
  ConnectParameters offered();

  /**
   * Makes a queue pair and accepts.
   *
   * @param answer what this side says; {@link ConnectParameters#against} the offer is in force
   * @param prepare called with the queue pair before the peer can send, on the calling thread:
   *     posts the first receives
   * @return completes when the connection is established, on a thread of the provider; messages of
   *     the peer may complete receives before that. Fails with a {@link VerbsException}, and then
   *     the queue pair that {@code prepare} saw is closed.
   */
  CompletionStage<QueuePair> accept(
      QueuePairSettings settings,
      ConnectParameters answer,
      QueuePair.Listener listener,
      Consumer<QueuePair> prepare);

  /** Refuses: the peer's connect fails with {@link VerbsException.Kind#REFUSED}. */
  void reject();
}
