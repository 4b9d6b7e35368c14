package org.sealane.cluster.store;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What this module needs of ZooKeeper, and no more: linearizable writes with versions, reads that
 * never go back within a session, ephemeral znodes, change notices, and an election that is only a
 * hint. Requests of one store are carried out in the order they were submitted.
 *
 * <p>Any thread may call. Replies and events arrive on the store's thread, in ZooKeeper's order: a
 * change is announced before a read shows it. Receivers must not block.
 */
public interface ClusterStore extends AutoCloseable {

  /** Starts connecting and delivers events to {@code listener} from now on. Call once. */
  void start(Consumer<StoreEvent> listener);

  /** Carries out one request; never completes exceptionally. */
  CompletionStage<StoreResult> submit(StoreRequest request);

  /**
   * Reports each change at or below {@code root} as {@link StoreEvent.Changed}, in this session and
   * each later one. The root need not exist.
   */
  void watch(String root);

  /**
   * Takes part in the election at {@code path} under {@code name}, until {@link #withdraw} or
   * closed. Nothing happens if it does already.
   */
  void contend(String path, String name);

  /**
   * Takes part in the election at {@code path} no longer; what it was elected to is over, which is
   * not announced. Nothing happens if it did not.
   */
  void withdraw(String path);

  /** Ends the session, which removes its ephemeral znodes. Idempotent. */
  @Override
  void close();
}
