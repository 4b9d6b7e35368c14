package org.sealane.smb.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane from this node: it has one session at a time, and moves with all its opens to another
 * one when its keys have served, the policy or the way changes, or its connection is lost. A move
 * holds new requests, waits for those under way or drops their connection, opens the new session in
 * the old one's place, gets the opens again, and lets the requests go on.
 *
 * <p>States: {@code DOWN -> OPENING -> OPEN -> MOVING -> OPEN}, from {@code OPENING}, {@code OPEN}
 * and {@code MOVING} back to {@code DOWN}, and from each to {@code CLOSED}. {@link #state(State,
 * String)} alone changes it.
 *
 * <p>Any thread may call; {@link #enter} blocks. One lock guards all state and is never held while
 * calling out. Each opening and each move runs on a virtual thread of its own.
 */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** Between two attempts to open a lane again: short, as requests are held meanwhile. */
  private static final Duration RETRY_FIRST = Duration.ofMillis(20);

  private static final Duration RETRY_MAX = Duration.ofSeconds(1);

  /** For requests to end whose connection was dropped: they need no answer, only their memory. */
  private static final Duration ABORT_LIMIT = Duration.ofSeconds(30);

  enum State {
    /** There is no session; the next request opens one. */
    DOWN,
    /** The first session is being opened. */
    OPENING,
    OPEN,
    /** Requests are held. */
    MOVING,
    CLOSED
  }

  private final LaneKey key;
  private final LaneHost host;
  private final LaneLimits limits;
  private final LongSupplier nanoClock;

  private final ReentrantLock lock = new ReentrantLock();

  /** Nothing is under way any more, or the lane was closed. */
  private final Condition changed = lock.newCondition();

  // All guarded by the lock.
  private State state = State.DOWN;
  private Optional<LaneSession> session = Optional.empty();
  private CompletableFuture<LaneSession> opening = new CompletableFuture<>();
  private final Set<LaneOpen> opens = new HashSet<>();
  private final MovePauses pauses = new MovePauses();
  private int underWay;
  private int sessions;
  private int channelSequence;

  /** Counts {@link #reset}, so that no session begun before one is used after it. */
  private int resets;

  private long previousSessionId;
  private long unusedSinceNanos;
  private PayloadBytes ended = PayloadBytes.NONE;

  Lane(LaneKey key, LaneHost host, LaneLimits limits, LongSupplier nanoClock) {
    this.key = key;
    this.host = host;
    this.limits = limits;
    this.nanoClock = nanoClock;
  }

  LaneKey key() {
    return key;
  }

  /**
   * The session for one request, which {@link #leave} ends. Blocks while the lane opens or moves;
   * fails if that fails.
   */
  LaneSession enter() throws ShareException {
    while (true) {
      CompletableFuture<LaneSession> awaited;
      lock.lock();
      try {
        switch (state) {
          case OPEN -> {
            LaneSession open = session.orElseThrow();
            Optional<MoveCause> cause = open.outdatedBy(host.policy(key));
            if (cause.isEmpty()) {
              underWay++;
              return open;
            }
            move(cause.get());
          }
          case DOWN -> open();
          case OPENING, MOVING -> {}
          case CLOSED -> throw closed();
        }
        awaited = opening;
      } finally {
        lock.unlock();
      }
      LaneFailure.await("lane to " + key.peer(), awaited);
    }
  }

  /** One request has ended. */
  void leave() {
    lock.lock();
    try {
      underWay--;
      unusedSinceNanos = nanoClock.getAsLong();
      if (underWay == 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** An open of the lane, which moves with it from now on. To be called within a request. */
  void add(LaneOpen open) {
    lock.lock();
    try {
      opens.add(open);
    } finally {
      lock.unlock();
    }
  }

  void remove(LaneOpen open) {
    lock.lock();
    try {
      opens.remove(open);
      unusedSinceNanos = nanoClock.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** True unless the lane failed to open again, or was closed: then nothing can be asked of it. */
  boolean isAlive() {
    return locked(() -> state != State.DOWN && state != State.CLOSED);
  }

  /** A request has found that the session is gone or does not answer. */
  void lost(LaneSession gone, ShareException why) {
    gone.lost(why);
    ended(gone, why.getMessage());
  }

  /** The session's connection is gone. */
  private void ended(LaneSession gone, String why) {
    lock.lock();
    try {
      if (state != State.OPEN || session.filter(open -> open == gone).isEmpty()) {
        return;
      }
      host.lost(key, gone, why);
      if (opens.isEmpty() && underWay == 0) {
        drop("connection lost");
      } else {
        move(MoveCause.LOSS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Moves an open lane: at once if something is open, else when it is used next. */
  void renew(MoveCause cause) {
    lock.lock();
    try {
      if (state == State.OPEN) {
        if (opens.isEmpty() && underWay == 0) {
          drop(cause.word());
        } else {
          move(cause);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** What time asks for: closes an idle lane, moves an outdated one. */
  void tick() {
    lock.lock();
    try {
      if (state != State.OPEN) {
        return;
      }
      boolean unused = opens.isEmpty() && underWay == 0;
      if (unused && nanoClock.getAsLong() - unusedSinceNanos >= limits.idle().toNanos()) {
        drop("idle");
        return;
      }
    } finally {
      lock.unlock();
    }
    LanePolicy policy = host.policy(key);
    session().flatMap(open -> open.outdatedBy(policy)).ifPresent(this::renew);
  }

  /**
   * Drops the connection, with what the kernel holds of it, and gives up one that is being opened.
   * Completes when nothing can pass over either.
   */
  CompletionStage<Void> reset(String reason) {
    Optional<LaneSession> open;
    lock.lock();
    try {
      resets++;
      open = session;
    } finally {
      lock.unlock();
    }
    return open.map(dropped -> dropped.reset(reason))
        .orElseGet(() -> CompletableFuture.completedStage(null));
  }

  /**
   * Gives up the session and every open: their requests, under way, held or to come, fail with
   * STATUS_NETWORK_NAME_DELETED. A later request opens the lane anew.
   */
  void leave(String why) {
    ShareException left = new ShareException(NtStatus.NETWORK_NAME_DELETED, why);
    lock.lock();
    try {
      if (state == State.CLOSED || (state == State.DOWN && opens.isEmpty())) {
        return;
      }
      opens.forEach(open -> open.fail(left));
      opens.clear();
      state(State.DOWN, why);
      session.ifPresent(open -> open.reset(why));
      drop(why);
      opening.completeExceptionally(left);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  Optional<LaneSession> session() {
    return locked(() -> session);
  }

  int opens() {
    return locked(() -> opens.size());
  }

  int sessions() {
    return locked(() -> sessions);
  }

  LaneMoves moves() {
    return locked(() -> pauses.moves());
  }

  /** Payload of all its sessions. */
  PayloadBytes payload() {
    return locked(() -> session.map(LaneSession::payload).orElse(PayloadBytes.NONE).plus(ended));
  }

  private <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  /** What is under way fails, and what is held. Idempotent. */
  void close() {
    lock.lock();
    try {
      if (state == State.CLOSED) {
        return;
      }
      CompletableFuture<LaneSession> awaited = opening;
      drop("this node is shutting down");
      state(State.CLOSED, "this node is shutting down");
      awaited.completeExceptionally(closed());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static ShareException closed() {
    return new ShareException(NtStatus.CONNECTION_DISCONNECTED, "this node is shutting down");
  }

  /** Ends the session, if there is one. Under the lock. */
  private void drop(String reason) {
    session.ifPresent(open -> {
      open.close(reason);
      ended = ended.plus(open.payload());
    });
    session = Optional.empty();
    if (state == State.OPEN) {
      state(State.DOWN, reason);
    }
  }

  /** Under the lock. */
  private void open() {
    boolean again = !opens.isEmpty();
    begin(again ? State.MOVING : State.OPENING, MoveCause.LOSS, again);
  }

  /** Under the lock. */
  private void move(MoveCause cause) {
    begin(State.MOVING, cause, true);
  }

  private void begin(State next, MoveCause cause, boolean patient) {
    state(next, cause.word());
    CompletableFuture<LaneSession> result = new CompletableFuture<>();
    opening = result;
    long beganNanos = nanoClock.getAsLong();
    Thread.ofVirtual()
        .name("lane-" + key.peer())
        .start(() -> run(result, cause, beganNanos, patient));
  }

  private void run(
      CompletableFuture<LaneSession> result, MoveCause cause, long beganNanos, boolean patient) {
    try {
      drain(result);
      boolean installed = false;
      while (!installed) {
        int resetsBefore = resets();
        LaneSession next = connect(result, beganNanos, patient);
        installed = install(result, next, resetsBefore, cause, beganNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(result, new ShareException(NtStatus.CANCELLED, "interrupted", e));
    } catch (ShareException e) {
      fail(result, e);
    } catch (RuntimeException e) {
      LOG.error("peer={} volume={} lane failed by a fault", key.peer(), key.volume(), e);
      fail(result, LaneFailure.of("lane to " + key.peer(), e));
    }
  }

  /** Returns when no request is under way any more. */
  private void drain(CompletableFuture<LaneSession> result)
      throws ShareException, InterruptedException {
    lock.lock();
    try {
      if (session.isEmpty()) {
        return;
      }
      if (awaitIdle(result, limits.drain())) {
        return;
      }
      session.get().reset("requests did not end in time for a move");
      if (!awaitIdle(result, ABORT_LIMIT)) {
        throw new ShareException(NtStatus.IO_TIMEOUT, "requests do not end");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private boolean awaitIdle(CompletableFuture<LaneSession> result, Duration limit)
      throws InterruptedException {
    long leftNanos = limit.toNanos();
    while (underWay > 0 && !result.isDone()) {
      if (leftNanos <= 0) {
        return false;
      }
      leftNanos = changed.awaitNanos(leftNanos);
    }
    return true;
  }

  /** A new session with all opens, tried again as {@link LaneRetry} says. */
  private LaneSession connect(
      CompletableFuture<LaneSession> result, long beganNanos, boolean patient)
      throws ShareException, InterruptedException {
    LaneRetry retry = new LaneRetry(patient, limits);
    Duration pause = RETRY_FIRST;
    while (true) {
      LanePolicy policy = host.policy(key);
      try {
        return attempt(result, policy);
      } catch (ShareException e) {
        Duration spent = Duration.ofNanos(nanoClock.getAsLong() - beganNanos);
        boolean again = retry.again(LaneFailure.cause(e), policy, host.policy(key), spent);
        if (!again || result.isDone()) {
          throw e;
        }
        LOG.debug("peer={} volume={} lane not open yet", key.peer(), key.volume(), e);
      }
      awaitGivenUp(result, pause);
      pause = pause.multipliedBy(2).compareTo(RETRY_MAX) < 0 ? pause.multipliedBy(2) : RETRY_MAX;
    }
  }

  private void awaitGivenUp(CompletableFuture<LaneSession> result, Duration pause)
      throws InterruptedException {
    lock.lock();
    try {
      long leftNanos = pause.toNanos();
      while (!result.isDone() && leftNanos > 0) {
        leftNanos = changed.awaitNanos(leftNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private LaneSession attempt(CompletableFuture<LaneSession> result, LanePolicy policy)
      throws ShareException {
    long previous;
    lock.lock();
    try {
      requireWanted(result);
      previous = previousSessionId;
    } finally {
      lock.unlock();
    }
    ClientTree tree = host.dial(key, policy, previous);
    List<LaneOpen> toPlace;
    LaneSession next;
    lock.lock();
    try {
      if (result.isDone()) {
        tree.session().connection().close("the lane was given up while it opened");
      }
      requireWanted(result);
      previousSessionId = tree.session().id();
      channelSequence++;
      next = new LaneSession(tree.withChannelSequence(channelSequence), nanoClock);
      sessions++;
      toPlace = new ArrayList<>(opens);
    } finally {
      lock.unlock();
    }
    try {
      place(toPlace, next);
      next.placed();
    } catch (ShareException e) {
      next.close("its opens could not be moved: " + e.getMessage());
      throw e;
    }
    return next;
  }

  /** What is opening is of no use once the lane was left or closed. Under the lock. */
  private static void requireWanted(CompletableFuture<LaneSession> result) throws ShareException {
    if (result.isDone()) {
      throw new ShareException(NtStatus.CANCELLED, "the lane was given up while it opened");
    }
  }

  private void place(List<LaneOpen> toPlace, LaneSession next) throws ShareException {
    LanePlacement placement = new LanePlacement(next);
    placement.place(toPlace);
    if (placement.remade() + placement.lost() > 0) {
      LOG.warn(
          "peer={} volume={} kind={} the other node had lost {} opens; {} could not be made again",
          key.peer(),
          key.volume(),
          key.kind().word(),
          placement.remade() + placement.lost(),
          placement.lost());
    }
    lock.lock();
    try {
      pauses.opens(placement.remade(), placement.lost());
    } finally {
      lock.unlock();
    }
  }

  private int resets() {
    return locked(() -> resets);
  }

  /** False if the lane was reset since {@code next} was begun: then another is needed. */
  private boolean install(
      CompletableFuture<LaneSession> result,
      LaneSession next,
      int resetsBefore,
      MoveCause cause,
      long beganNanos) {
    Optional<Duration> pause = Optional.empty();
    lock.lock();
    try {
      if (result.isDone()) {
        next.close("the lane was given up while it opened");
        return true;
      }
      if (resets != resetsBefore) {
        next.reset("the lane was reset while it opened");
        return false;
      }
      drop("moved");
      if (state == State.MOVING) {
        pause = Optional.of(Duration.ofNanos(nanoClock.getAsLong() - beganNanos));
        pauses.add(cause, pause.get());
      }
      session = Optional.of(next);
      unusedSinceNanos = nanoClock.getAsLong();
      state(
          State.OPEN,
          "session " + Long.toHexString(next.id()) + " cipher " + next.negotiated().cipher().get());
    } finally {
      lock.unlock();
    }
    next.tree().session().connection().closed().thenAccept(why -> ended(next, why.getMessage()));
    result.complete(next);
    LaneEvent.Facts facts = next.facts(host.policy(key));
    host.happened(
        pause.isPresent()
            ? new LaneEvent.Moved(key, cause, pause.get(), facts)
            : new LaneEvent.Opened(key, facts));
    return true;
  }

  private void fail(CompletableFuture<LaneSession> result, ShareException why) {
    lock.lock();
    try {
      if (result.isDone()) {
        return;
      }
      drop("no new session: " + why.getMessage());
      state(State.DOWN, why.getMessage());
    } finally {
      lock.unlock();
    }
    result.completeExceptionally(why);
    host.happened(new LaneEvent.Failed(key, String.valueOf(why.getMessage())));
  }

  private void state(State next, String reason) {
    LOG.info(
        "peer={} volume={} kind={} lane {} -> {}: {}",
        key.peer(),
        key.volume(),
        key.kind().word(),
        state,
        next,
        reason);
    state = next;
  }
}
