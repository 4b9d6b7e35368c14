package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.sealane.smb.wire.NtStatus;

/**
 * Requests of a connection that wait for something to happen on the share: another's lock to end, a
 * change, another client's answer to a break. They occupy no worker and none of the frames' memory;
 * each is run again from time to time, as what it waits for may happen on another node. Owner
 * thread.
 */
final class PendingRequests {
  /** What is waited for came soon, or is not to be expected soon: a quarter of the time so far. */
  private static final int PAUSE_DIVISOR = 4;

  private static final long PAUSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

  private record Pending(Outcome.Later later, long dueNanos) {}

  private final int max;
  private final Map<Exchange, Pending> pending = new IdentityHashMap<>();

  PendingRequests(int max) {
    this.max = max;
  }

  /** Lets the exchange's request wait, or says what it fails with. */
  Optional<NtStatus> add(Exchange exchange, Outcome.Later later, long nowNanos) {
    if (exchange.isCancelled()) {
      return Optional.of(NtStatus.CANCELLED);
    }
    if (isEnded(exchange.current())) {
      return Optional.of(later.atClose());
    }
    if (exchange.isCompound() && !later.inCompound()) {
      // [MS-SMB2] 3.3.5.2.7: no answer of a compound can wait for that.
      return Optional.of(NtStatus.INTERNAL_ERROR);
    }
    if (pending.size() >= max) {
      return Optional.of(NtStatus.INSUFFICIENT_RESOURCES);
    }
    long pauseNanos =
        Math.min((nowNanos - exchange.startedNanos()) / PAUSE_DIVISOR, PAUSE_NANOS_MAX);
    pending.put(exchange, new Pending(later, nowNanos + pauseNanos));
    return Optional.empty();
  }

  /** Takes an exchange out; true if it was waiting. */
  boolean take(Exchange exchange) {
    return pending.remove(exchange) != null;
  }

  /** Takes out those that are to be run again. */
  List<Exchange> due(long nowNanos) {
    List<Exchange> due = new ArrayList<>();
    pending
        .entrySet()
        .removeIf(each -> {
          boolean isDue = each.getValue().dueNanos() - nowNanos <= 0;
          if (isDue) {
            due.add(each.getKey());
          }
          return isDue;
        });
    return due;
  }

  /**
   * Takes out those that can wait no longer since what they are about has ended; gives their
   * status.
   *
   * @param all whether none can, as the connection ends
   */
  Map<Exchange, NtStatus> ended(boolean all) {
    if (pending.isEmpty()) {
      return Map.of();
    }
    Map<Exchange, NtStatus> ended = new IdentityHashMap<>();
    pending
        .entrySet()
        .removeIf(each -> {
          boolean isEnded = all || isEnded(each.getKey().current());
          if (isEnded) {
            ended.put(each.getKey(), each.getValue().later().atClose());
          }
          return isEnded;
        });
    return ended;
  }

  private static boolean isEnded(Request request) {
    return request.open().filter(Open::isOutOfTable).isPresent()
        || request.tree().filter(tree -> !tree.isConnected()).isPresent()
        || request.session().filter(session -> !session.isLive()).isPresent();
  }
}
