package org.sealane.smb.lane;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * The rules of one node, and the account of what is under way under each epoch.
 *
 * <p>Every request and response of a lane holds a {@link Pass} from before its level is chosen
 * until nothing of it is left: a client's from building the request until its response was consumed
 * or the connection is gone, a server's from reading the request until its response was handed to
 * the kernel or can no longer be sent. So {@link #drainedBelow} completes when no older epoch has
 * anything outstanding here, which is what a turn's {@code send} step must prove.
 *
 * <p>Any thread may call any method. One lock guards all state; it is held for a few instructions
 * and never while calling out.
 */
public final class LaneRules {

  /** Says that one message is under way, and what it must look like. Release it exactly once. */
  public final class Pass implements AutoCloseable {
    private final Account account;
    private final LanePolicy policy;
    private final Level level;
    private boolean open = true;

    private Pass(Account account, LanePolicy policy, Level level) {
      this.account = account;
      this.policy = policy;
      this.level = level;
    }

    /** The policy under which the message is counted. */
    public LanePolicy policy() {
      return policy;
    }

    /** The level this node must send at, at least. */
    public Level level() {
      return level;
    }

    /** Idempotent, so that a failure path may release what a racing completion already released. */
    @Override
    public void close() {
      release(this);
    }
  }

  private record Key(UUID volume, LaneKind kind) {}

  private record Waiter(long belowEpoch, CompletableFuture<Void> drained) {}

  private static final class Account {
    LaneRule rule;
    final TreeMap<Long, Integer> outstandingByEpoch = new TreeMap<>();
    final List<Waiter> waiters = new ArrayList<>();

    Account(LaneRule rule) {
      this.rule = rule;
    }

    boolean drainedBelow(long epoch) {
      return outstandingByEpoch.headMap(epoch).isEmpty();
    }
  }

  private final Object lock = new Object();
  private final Map<Key, Account> accounts = new HashMap<>();
  private boolean failSealed;
  private volatile BooleanSupplier leaseLapsed = () -> false;

  /** Makes {@code rule} the one in force; passes taken from now on are counted under its epoch. */
  public void publish(LaneRule rule) {
    synchronized (lock) {
      account(rule.send().volume(), rule.send().kind()).rule = rule;
    }
  }

  /** The rule in force; where none was published, the level is {@code encrypt}. */
  public LaneRule rule(UUID volume, LaneKind kind) {
    synchronized (lock) {
      Account account = accounts.get(new Key(volume, kind));
      return account == null ? LaneRule.settled(LanePolicy.failSealed(volume, kind)) : account.rule;
    }
  }

  /**
   * While true this node sends only encrypted, whatever the rules say: its lease has run out, so it
   * can not know that its rules are still the cluster's.
   */
  public void failSealed(boolean on) {
    synchronized (lock) {
      failSealed = on;
    }
  }

  /**
   * From now on {@code lapsed} is asked whenever a level is chosen, and while it says true this
   * node sends only encrypted. So a process that was stopped past the end of its lease is sealed
   * before any of its threads has run again. Must not block; any thread asks.
   */
  public void sealWhen(BooleanSupplier lapsed) {
    leaseLapsed = lapsed;
  }

  public boolean isFailSealed() {
    synchronized (lock) {
      return failSealed || leaseLapsed.getAsBoolean();
    }
  }

  /**
   * True if bytes that were built at {@code level} under a rule may leave now. A turn waits for
   * them; the end of the lease forbids them.
   */
  boolean mayLeave(Level level) {
    return level == Level.ENCRYPT || !isFailSealed();
  }

  /** Registers one message as under way under the rule in force now. */
  public Pass enter(UUID volume, LaneKind kind) {
    synchronized (lock) {
      Account account = account(volume, kind);
      LanePolicy policy = account.rule.send();
      account.outstandingByEpoch.merge(policy.epoch(), 1, Integer::sum);
      return new Pass(account, policy, isFailSealed() ? Level.ENCRYPT : policy.level());
    }
  }

  /** The level a message must have if it leaves now; asked again where bytes leave. */
  public Level sendLevel(UUID volume, LaneKind kind) {
    synchronized (lock) {
      return isFailSealed() ? Level.ENCRYPT : rule(volume, kind).send().level();
    }
  }

  /** Completes when nothing sent or received under an epoch below {@code epoch} is under way. */
  public CompletionStage<Void> drainedBelow(UUID volume, LaneKind kind, long epoch) {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    synchronized (lock) {
      Account account = account(volume, kind);
      if (!account.drainedBelow(epoch)) {
        account.waiters.add(new Waiter(epoch, drained));
        return drained;
      }
    }
    drained.complete(null);
    return drained;
  }

  /** Messages under way for one volume and kind, of all epochs. */
  public int outstanding(UUID volume, LaneKind kind) {
    synchronized (lock) {
      Account account = accounts.get(new Key(volume, kind));
      return account == null
          ? 0
          : account.outstandingByEpoch.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private Account account(UUID volume, LaneKind kind) {
    return accounts.computeIfAbsent(
        new Key(volume, kind),
        key -> new Account(LaneRule.settled(LanePolicy.failSealed(volume, kind))));
  }

  private void release(Pass pass) {
    List<CompletableFuture<Void>> completed = new ArrayList<>();
    synchronized (lock) {
      if (!pass.open) {
        return;
      }
      pass.open = false;
      Account account = pass.account;
      account.outstandingByEpoch.computeIfPresent(
          pass.policy.epoch(), (epoch, count) -> count == 1 ? null : count - 1);
      account.waiters.removeIf(waiter -> {
        boolean done = account.drainedBelow(waiter.belowEpoch());
        if (done) {
          completed.add(waiter.drained());
        }
        return done;
      });
    }
    completed.forEach(drained -> drained.complete(null));
  }
}
