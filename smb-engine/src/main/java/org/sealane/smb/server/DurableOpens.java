package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.io.FileId;

/**
 * The durable opens of a server, those in use and those that wait for their client, [MS-SMB2]
 * 3.3.1.6 and 3.3.7.1. An open waits only when no request uses it any more, so whoever gets it from
 * here knows that nothing sent before has an effect after.
 *
 * <p>Any thread may call. One lock guards all state and is never held while calling out.
 */
final class DurableOpens {
  /**
   * An open that waits.
   *
   * @param outlived whether its node has another process by now, so that nobody will claim it
   */
  private record Waiting(Open open, long untilNanos, boolean outlived) {}

  /** What becomes of a claim. */
  sealed interface Claim {
    /** The open is the claimant's, and waits no longer. */
    record Granted(Open open) implements Claim {}

    /** A session has it. */
    record InUse() implements Claim {}

    /** There is none of that name, or it is somebody else's, or of another tree. */
    record Missing() implements Claim {}
  }

  private final int waitingMax;
  private final Object lock = new Object();
  private final Map<Durability.Key, Open> all = new HashMap<>();
  private final Map<Durability.Key, Waiting> waiting = new LinkedHashMap<>();

  /** The process of each node that has come last; as many as are enrolled. */
  private final Map<String, UUID> processes = new HashMap<>();

  private boolean closed;

  /**
   * @param waitingMax opens that may wait at once; 0 means that no open is durable
   */
  DurableOpens(int waitingMax) {
    this.waitingMax = waitingMax;
  }

  boolean isEnabled() {
    return waitingMax > 0;
  }

  boolean isKnown(Durability.Key key) {
    synchronized (lock) {
      return all.containsKey(key);
    }
  }

  /**
   * A peer has proved who it is. A node has one process at a time, so what waits for an earlier one
   * of it is closed with the next {@link #expire}, and keeps others from the file no longer.
   *
   * @param clientGuid names its process
   */
  void arrived(Principal peer, UUID clientGuid) {
    if (!isEnabled() || !(peer instanceof Principal.Node node)) {
      return;
    }
    synchronized (lock) {
      if (!clientGuid.equals(processes.put(node.name(), clientGuid))) {
        waiting.replaceAll((_, open) -> waiting(open.open(), open.untilNanos()));
      }
    }
  }

  /** Under the lock. */
  private Waiting waiting(Open open, long untilNanos) {
    Durability durability = open.durability().orElseThrow();
    boolean outlived =
        durability.owner() instanceof Principal.Node node
            && !durability.clientGuid().equals(processes.get(node.name()));
    return new Waiting(open, untilNanos, outlived);
  }

  /** Enters a new durable open; false if another has its name. */
  boolean add(Open open) {
    synchronized (lock) {
      return all.putIfAbsent(keyOf(open), open) == null;
    }
  }

  /** The open is closed. */
  void remove(Open open) {
    synchronized (lock) {
      all.remove(keyOf(open), open);
    }
  }

  /**
   * Keeps an open whose connection ended. The caller uses it no more. False if too many wait, or
   * the server closes; then the caller closes it.
   */
  boolean park(Open open, long nowNanos) {
    Durability durability = open.durability().orElseThrow();
    synchronized (lock) {
      if (closed || waiting.size() >= waitingMax) {
        return false;
      }
      long untilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(durability.waitMillis());
      waiting.put(durability.key(), waiting(open, untilNanos));
      return true;
    }
  }

  /**
   * Gives an open that waits to who may have it.
   *
   * @param fileId the open's own id; empty for one whose CREATE was never answered
   * @param mayHave whether the claimant may have it
   */
  Claim claim(Durability.Key key, Optional<FileId> fileId, Predicate<Open> mayHave) {
    synchronized (lock) {
      Open open = all.get(key);
      if (open == null
          || fileId.filter(id -> !id.equals(open.id())).isPresent()
          || !mayHave.test(open)) {
        return new Claim.Missing();
      }
      return waiting.remove(key) == null ? new Claim.InUse() : new Claim.Granted(open);
    }
  }

  /** Takes out those that have waited too long or in vain; the caller closes them. */
  List<Open> expire(long nowNanos) {
    List<Open> expired = new ArrayList<>();
    synchronized (lock) {
      Iterator<Waiting> each = waiting.values().iterator();
      while (each.hasNext()) {
        Waiting next = each.next();
        if (next.outlived() || next.untilNanos() - nowNanos <= 0) {
          each.remove();
          expired.add(next.open());
        }
      }
    }
    return expired;
  }

  /** Takes out all, and keeps none from now on; the caller closes them. */
  List<Open> close() {
    synchronized (lock) {
      closed = true;
      List<Open> left = waiting.values().stream().map(Waiting::open).toList();
      waiting.clear();
      return left;
    }
  }

  /** Opens that wait now. */
  int waiting() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  private static Durability.Key keyOf(Open open) {
    return open.durability().orElseThrow().key();
  }
}
