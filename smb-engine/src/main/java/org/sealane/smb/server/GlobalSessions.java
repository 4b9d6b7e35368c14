package org.sealane.smb.server;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.sealane.smb.auth.Principal;

/**
 * The sessions of all connections of a server, [MS-SMB2] 3.3.1.5 GlobalSessionTable, so that a new
 * one can take the place of an old one, 3.3.5.5.3; and the number of their opens.
 *
 * <p>Any thread may call. One lock guards all state and is never held while calling out.
 */
final class GlobalSessions {
  private record Entry(Principal peer, LongConsumer end, CompletableFuture<Void> ended) {}

  private final Object lock = new Object();
  private final Map<Long, Entry> entries = new HashMap<>();
  private final AtomicInteger opens = new AtomicInteger();

  /**
   * A session became valid.
   *
   * @param end asks its connection to end it; must not block
   */
  void add(long sessionId, Principal peer, LongConsumer end) {
    synchronized (lock) {
      entries.put(sessionId, new Entry(peer, end, new CompletableFuture<>()));
    }
  }

  /**
   * Ends a session of the same node or user. Completes when every request of it has completed or
   * can no longer take effect, and its durable opens wait for their client; at once if there is no
   * such session, as one of another identity is left alone.
   */
  CompletionStage<Void> replace(long sessionId, Principal peer) {
    Entry entry;
    synchronized (lock) {
      entry = entries.get(sessionId);
    }
    if (entry == null || !Durability.isSame(entry.peer(), peer)) {
      return CompletableFuture.completedFuture(null);
    }
    entry.end().accept(sessionId);
    return entry.ended();
  }

  /** Nothing of a session is under way any more. */
  void remove(long sessionId) {
    Entry entry;
    synchronized (lock) {
      entry = entries.remove(sessionId);
    }
    if (entry != null) {
      entry.ended().complete(null);
    }
  }

  /** A share has opened something for one of them. */
  void opened() {
    opens.incrementAndGet();
  }

  /** It has closed it again. */
  void closed() {
    opens.decrementAndGet();
  }

  /** What shares have open now for all sessions, and for those that may come back. */
  int opens() {
    return opens.get();
  }

  int size() {
    synchronized (lock) {
      return entries.size();
    }
  }
}
