package org.sealane.smb.lane;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of a lane, from TREE_CONNECT to the end of its connection. Users hold it while they
 * have something open on it. Any thread may call.
 *
 * <p>States: {@code OPEN} to {@code RETIRED} (a newer session serves new opens) to {@code CLOSED}
 * (nobody uses it any more, or its connection is gone); also {@code OPEN} to {@code CLOSED}. {@link
 * #state(State, String)} alone changes it.
 */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  enum State {
    OPEN,
    RETIRED,
    CLOSED
  }

  private final LaneKey key;
  private final ClientTree tree;
  private final LongSupplier nanoClock;
  private final long openedNanos;

  /** Guards what follows. */
  private final Object lock = new Object();

  private State state = State.OPEN;
  private int users;
  private long unusedSinceNanos;

  Lane(LaneKey key, ClientTree tree, LongSupplier nanoClock) {
    this.key = key;
    this.tree = tree;
    this.nanoClock = nanoClock;
    this.openedNanos = nanoClock.getAsLong();
    this.unusedSinceNanos = openedNanos;
  }

  LaneKey key() {
    return key;
  }

  ClientTree tree() {
    return tree;
  }

  NegotiatedConnection negotiated() {
    return tree.session().connection().negotiated();
  }

  Duration age() {
    return Duration.ofNanos(nanoClock.getAsLong() - openedNanos);
  }

  PayloadBytes payload() {
    return tree.sent().plus(tree.received());
  }

  int users() {
    synchronized (lock) {
      return users;
    }
  }

  /** True until its connection is closed. */
  boolean isConnected() {
    synchronized (lock) {
      return state != State.CLOSED;
    }
  }

  /** Takes a hold on the session; false if it takes no new users any more. */
  boolean use() {
    synchronized (lock) {
      if (state != State.OPEN) {
        return false;
      }
      users++;
      return true;
    }
  }

  /** Gives a hold back; a retired session closes with its last user. */
  void unuse() {
    boolean last;
    synchronized (lock) {
      users--;
      unusedSinceNanos = nanoClock.getAsLong();
      last = users == 0 && state == State.RETIRED;
    }
    if (last) {
      close("retired and no longer used");
    }
  }

  /** True while new opens may be made on it and its policy allows its algorithms and keys. */
  boolean serves(LanePolicy policy) {
    synchronized (lock) {
      if (state != State.OPEN) {
        return false;
      }
    }
    NegotiatedConnection agreed = negotiated();
    PayloadBytes bytes = payload();
    return agreed.cipher().filter(policy.ciphers()::contains).isPresent()
        && policy.signing().contains(agreed.signing())
        && bytes.sealed() + bytes.signed() < policy.rekey().bytes()
        && age().compareTo(policy.rekey().age()) < 0;
  }

  /** Takes no new users; closes at once if it has none. */
  void retire(String reason) {
    boolean unused;
    synchronized (lock) {
      if (state != State.OPEN) {
        return;
      }
      state(State.RETIRED, reason);
      unused = users == 0;
    }
    if (unused) {
      close(reason);
    }
  }

  /** Closes if nobody has used it for {@code limit}; true if it did. */
  boolean closeIfIdle(Duration limit) {
    synchronized (lock) {
      if (users > 0 || nanoClock.getAsLong() - unusedSinceNanos < limit.toNanos()) {
        return false;
      }
    }
    retire("idle");
    return true;
  }

  /** Closes the connection; what is under way on it fails. Idempotent. */
  void close(String reason) {
    synchronized (lock) {
      if (state == State.CLOSED) {
        return;
      }
      state(State.CLOSED, reason);
    }
    tree.session().connection().close(reason);
  }

  /** Drops the connection with what the kernel still holds of it. Idempotent. */
  void reset(String reason) {
    synchronized (lock) {
      state(State.CLOSED, reason);
    }
    tree.session().connection().transport().reset(reason);
  }

  private void state(State next, String reason) {
    LOG.info(
        "peer={} volume={} kind={} session={} lane {} -> {}: {}",
        key.peer(),
        key.volume(),
        key.kind().word(),
        Long.toHexString(tree.session().id()),
        state,
        next,
        reason);
    state = next;
  }
}
