package org.sealane.smb.server;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.smb.auth.Principal;

/**
 * The sessions of all connections of a server, [MS-SMB2] 3.3.1.5 GlobalSessionTable, so that a new
 * one can take the place of an old one, 3.3.5.5.3, and other connections can be bound to one,
 * 3.3.5.5; and the number of their opens.
 *
 * <p>Any thread may call. One lock guards all state and is never held while calling out.
 */
final class GlobalSessions {
  /**
   * A session that is or was valid.
   *
   * @param first its first channel
   * @param home the thread of all its channels
   */
  private record Valid(Principal peer, Session first, Executor home) {}

  /** {@code valid} is empty while it is being set up. */
  private record Entry(Optional<Valid> valid, CompletableFuture<Void> ended) {}

  /** What a connection that asks to be bound to a session finds. */
  sealed interface BindTarget {
    /** The session, whose channels run where the asking connection does. */
    record Here(Session first) implements BindTarget {}

    /** It runs on another thread, to which the connection can not move any more. */
    record Elsewhere() implements BindTarget {}

    /** It is being set up. */
    record InProgress() implements BindTarget {}

    /** There is none of that id. */
    record Unknown() implements BindTarget {}
  }

  private final Object lock = new Object();
  private final Map<Long, Entry> entries = new HashMap<>();
  private final AtomicInteger opens = new AtomicInteger();
  private int valid;

  /** A session is being set up. */
  void begin(long sessionId) {
    synchronized (lock) {
      entries.put(sessionId, new Entry(Optional.empty(), new CompletableFuture<>()));
    }
  }

  /**
   * A session became valid.
   *
   * @param home runs tasks on its owner thread
   */
  void add(Session first, Executor home) {
    Valid session = new Valid(first.security().orElseThrow().peer(), first, home);
    synchronized (lock) {
      Entry begun = entries.get(first.id());
      valid++;
      entries.put(
          first.id(),
          new Entry(
              Optional.of(session), begun == null ? new CompletableFuture<>() : begun.ended()));
    }
  }

  /** Where a session's channels run; empty if there is no such session, or not yet. */
  Optional<Executor> home(long sessionId) {
    return find(sessionId).flatMap(Entry::valid).map(Valid::home);
  }

  /** The session of that id, for a connection that runs on {@code home}. */
  BindTarget bindTarget(long sessionId, Executor home) {
    Optional<Entry> entry = find(sessionId);
    if (entry.isEmpty()) {
      return new BindTarget.Unknown();
    }
    Optional<Valid> valid = entry.get().valid();
    if (valid.isEmpty()) {
      return new BindTarget.InProgress();
    }
    return valid.get().home() == home
        ? new BindTarget.Here(valid.get().first())
        : new BindTarget.Elsewhere();
  }

  private Optional<Entry> find(long sessionId) {
    synchronized (lock) {
      return Optional.ofNullable(entries.get(sessionId));
    }
  }

  /**
   * Ends a session of the same node or user. Completes when every request of it has completed or
   * can no longer take effect, and its durable opens wait for their client; at once if there is no
   * such session, as one of another identity is left alone.
   */
  CompletionStage<Void> replace(long sessionId, Principal peer) {
    Optional<Entry> entry = find(sessionId);
    Optional<Valid> valid =
        entry.flatMap(Entry::valid).filter(found -> Durability.isSame(found.peer(), peer));
    if (valid.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    valid.get().home().execute(valid.get().first()::endAll);
    return entry.get().ended();
  }

  /** Nothing of a session is under way any more. */
  void remove(long sessionId) {
    Entry entry;
    synchronized (lock) {
      entry = entries.remove(sessionId);
      if (entry != null && entry.valid().isPresent()) {
        valid--;
      }
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

  /** Sessions that are or were valid, of which something is left. */
  int size() {
    synchronized (lock) {
      return valid;
    }
  }

  /** The same with those that are being set up. */
  int sizeWithBegun() {
    synchronized (lock) {
      return entries.size();
    }
  }
}
