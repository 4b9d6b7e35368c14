package org.sealane.cluster.ownership;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The time for which this node owns a volume. An operation begins by {@link #enter} and may be
 * acknowledged only if {@link #leave} says so: both ask for the lease, by the clock. After {@link
 * #end} none begins; the backing is unlocked when those under way have ended, so that whoever owns
 * the volume next finds nothing of this term still to come. A lease that is held again later is not
 * that of a term which has lost it.
 *
 * <p>Any thread may call. One short lock, not held while calling out.
 */
public final class OwnerTerm {
  private final long ownerEpoch;
  private final BooleanSupplier leaseHeld;
  private final ReentrantLock lock = new ReentrantLock();
  private final CompletableFuture<Void> quiet = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  // Guarded by the lock.
  private final List<Runnable> settlements = new ArrayList<>();
  private int underWay;
  private boolean ended;
  private boolean revoked;

  /**
   * @param leaseHeld whether this node may serve now; asked twice an operation, must not block
   */
  public OwnerTerm(long ownerEpoch, BooleanSupplier leaseHeld) {
    this.ownerEpoch = ownerEpoch;
    this.leaseHeld = leaseHeld;
  }

  public long ownerEpoch() {
    return ownerEpoch;
  }

  /** Whether an operation may begin now. */
  public boolean isServing() {
    return !isEnded() && leaseHeld.getAsBoolean();
  }

  public boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Begins an operation, which {@link #leave} ends; false if it must not begin. */
  public boolean enter() {
    if (!leaseHeld.getAsBoolean()) {
      return false;
    }
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      underWay++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends an operation; false if its result must be kept from whoever asked for it. */
  public boolean leave() {
    boolean acknowledged = leaseHeld.getAsBoolean();
    boolean last;
    lock.lock();
    try {
      acknowledged &= !revoked;
      underWay--;
      last = ended && underWay == 0;
    } finally {
      lock.unlock();
    }
    if (last) {
      quiet.complete(null);
    }
    return acknowledged;
  }

  /**
   * Has {@code settlement} run when the term has ended and nothing is under way, before the backing
   * is unlocked: it makes durable what was acknowledged. May block; on a thread of its own.
   */
  public void beforeUnlock(Runnable settlement) {
    lock.lock();
    try {
      settlements.add(settlement);
    } finally {
      lock.unlock();
    }
  }

  /**
   * No operation begins from now on. Completes when none is under way and all is settled.
   *
   * @param inOrder whether those under way may still be acknowledged: not if the lease was lost
   */
  public CompletionStage<Void> end(boolean inOrder) {
    boolean first;
    boolean last;
    List<Runnable> toRun;
    lock.lock();
    try {
      first = !ended;
      ended = true;
      revoked |= !inOrder;
      last = underWay == 0;
      toRun = List.copyOf(settlements);
    } finally {
      lock.unlock();
    }
    if (first) {
      quiet.thenRun(() -> settle(toRun));
    }
    if (last) {
      quiet.complete(null);
    }
    return over.minimalCompletionStage();
  }

  private void settle(List<Runnable> toRun) {
    if (toRun.isEmpty()) {
      over.complete(null);
      return;
    }
    Thread.ofVirtual()
        .name("settle-" + ownerEpoch)
        .start(() -> {
          try {
            toRun.forEach(Runnable::run);
          } finally {
            over.complete(null);
          }
        });
  }
}
