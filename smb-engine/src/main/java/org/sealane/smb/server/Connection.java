package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.server.FrameAdmission.Admission;
import org.sealane.smb.server.GlobalSessions.BindTarget;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.wire.MessageIdWindow;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The protocol of one connection, [MS-SMB2] 3.3.1.7. No I/O, clock or thread: it is called on the
 * connection's owner thread with what happened and the time, and returns what is to be done.
 *
 * <p>A frame becomes an {@link Exchange}. Its requests are looked at one after the other; what
 * blocks is given out as an {@link Output.Run} and comes back through {@link #onCompleted}. When
 * all are answered, the responses leave in one frame.
 *
 * <p>States: {@code NEGOTIATING -> OPEN -> DRAINING -> CLOSED}, or from each of them to CLOSED. A
 * closed connection goes on until its operations have come back and its opens are closed.
 */
final class Connection {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** Where a connection stands. */
  enum State {
    /** No dialect is settled. */
    NEGOTIATING,
    /** Requests are served. */
    OPEN,
    /** No further request is read; those under way are answered. */
    DRAINING,
    /** Nothing is sent any more. */
    CLOSED
  }

  private final ConnectionEnvironment environment;
  private final MessageIdWindow window;
  private final SessionTable sessions = new SessionTable();
  private final FrameAdmission admission;
  private final SessionCommands sessionCommands;
  private final Settlement settlement;
  private final Dispatcher dispatcher;
  private final Map<Long, Exchange> exchanges = new LinkedHashMap<>();
  private List<Output> outputs = new ArrayList<>();
  private long tableChanges;
  private State state = State.NEGOTIATING;
  private long nextAsyncId = 1;
  private final PendingRequests pending;
  private final CacheBreaks breaks;
  private final Departures departures = new Departures(output -> outputs.add(output));

  /** Final responses of SESSION_SETUP that wait for the session before to end. */
  private final Map<Exchange, Response> awaitingPrevious = new IdentityHashMap<>();

  private long unauthenticatedSinceNanos;
  private long activeNanos;

  /**
   * @param bindTargets gives the session of an id, to which the connection may be bound
   * @param onBreak takes breaks on any thread, and brings them to {@link #onBreak}
   */
  Connection(
      ConnectionEnvironment environment,
      LongFunction<BindTarget> bindTargets,
      Consumer<CacheBreak> onBreak,
      long nowNanos) {
    this.environment = environment;
    this.window = new MessageIdWindow(environment.limit(Limit.CREDITS));
    this.pending = new PendingRequests(environment.limit(Limit.PENDING_REQUESTS));
    this.breaks =
        new CacheBreaks(environment.pool(), output -> outputs.add(output), this::disconnect);
    EventSink events = event -> outputs.add(new Output.Report(event));
    this.admission = new FrameAdmission(environment, sessions, window, events);
    this.sessionCommands =
        new SessionCommands(
            environment,
            sessions,
            events,
            this::resume,
            new SessionBinding(environment, sessions, events, bindTargets));
    TreeCommands treeCommands = new TreeCommands(environment, events, this::resume);
    this.settlement =
        new Settlement(environment, events, sessionCommands, treeCommands, departures);
    this.dispatcher =
        new Dispatcher(
            environment,
            sessions,
            events,
            sessionCommands,
            treeCommands,
            new CacheCommands(onBreak),
            this::resume);
    this.unauthenticatedSinceNanos = nowNanos;
    this.activeNanos = nowNanos;
  }

  State state() {
    return state;
  }

  Optional<NegotiatedConnection> negotiated() {
    return sessionCommands.negotiated();
  }

  /** True while a session is valid. */
  boolean isAuthenticated() {
    return sessions.hasLive();
  }

  /** True if nothing of it is left: no exchange and no open. */
  boolean isFinished() {
    return state == State.CLOSED && exchanges.isEmpty() && departures.isSettled();
  }

  /** True while it may go on on another thread: nothing depends on the one it is on. */
  boolean mayMove() {
    return state == State.OPEN && exchanges.isEmpty() && sessions.size() == 0;
  }

  int exchangeCount() {
    return exchanges.size();
  }

  /** Grows with each change of sessions and trees, and sometimes without. */
  long tableChanges() {
    return tableChanges + sessions.changes();
  }

  List<Session> sessions() {
    return sessions.all();
  }

  /** A frame came; the connection owns it. */
  List<Output> onFrame(InboundFrame frame, long nowNanos) {
    activeNanos = nowNanos;
    switch (state) {
      case DRAINING, CLOSED -> frame.close();
      case NEGOTIATING, OPEN -> accept(admission.admit(frame, state == State.OPEN), nowNanos);
    }
    return drainOutputs(nowNanos);
  }

  private void accept(Admission admitted, long nowNanos) {
    switch (admitted) {
      case Admission.Admitted frame -> {
        frame.cancels().forEach(this::cancel);
        if (frame.requests().isEmpty()) {
          frame.memory().run();
          return;
        }
        Exchange exchange =
            new Exchange(
                nextAsyncId++, frame.requests(), frame.memory(), nowNanos, frame.encrypted());
        exchanges.put(exchange.asyncId(), exchange);
        frame.security().ifPresent(exchange::protectWith);
        advance(exchange);
      }
      case Admission.Violation(String what) -> violated(what);
      case Admission.Tampering(String evidence) -> {
        report(
            new ServerEvent.TamperingSuspected(
                environment.connectionId(), environment.peer(), evidence));
        disconnect(evidence);
      }
      case Admission.Smb1() -> {
        report(new ServerEvent.Smb1Refused(environment.connectionId(), environment.peer()));
        disconnect("SMB1");
      }
    }
  }

  /** [MS-SMB2] 3.3.5.16: what no worker has begun is given up; the rest completes. */
  private void cancel(Smb2Header header) {
    for (Exchange exchange : List.copyOf(exchanges.values())) {
      if (exchange.isMeantBy(header)) {
        exchange.cancel();
        if (pending.take(exchange)) {
          fail(exchange, NtStatus.CANCELLED);
        }
      }
    }
  }

  /** Lets a request wait that can not be done yet. */
  private void await(Exchange exchange, Outcome.Later later, long nowNanos) {
    Optional<NtStatus> refusal =
        state == State.OPEN
            ? pending.add(exchange, later, nowNanos)
            : Optional.of(NtStatus.CANCELLED);
    if (refusal.isPresent()) {
      fail(exchange, refusal.get());
      return;
    }
    if (exchange.mayBecomeAsync()) {
      exchange.giveMemory();
      if (exchange.beginAsync()) {
        sendInterim(exchange);
      }
    }
  }

  private void fail(Exchange exchange, NtStatus status) {
    Outcome outcome = new Outcome.Answered(Response.error(status));
    answer(exchange, settle(exchange, outcome), Optional.empty());
  }

  /** Goes on with an exchange until a worker has to, another request must end, or all is done. */
  private void advance(Exchange exchange) {
    while (!exchange.isAnswered()) {
      if (state == State.CLOSED) {
        drop(exchange);
        return;
      }
      switch (dispatcher.begin(exchange)) {
        case Step.Done(Response response) -> exchange.answer(response);
        case Step.Run(Operation operation) -> {
          run(exchange, operation);
          return;
        }
        case Step.Parked() -> {
          return;
        }
        case Step.Disconnect(String violation) -> {
          drop(exchange);
          violated(violation);
          return;
        }
      }
    }
    finish(exchange, Optional.empty());
  }

  private void resume(Exchange exchange, Operation operation) {
    run(exchange, operation);
  }

  private void run(Exchange exchange, Operation operation) {
    exchange.awaitWork(operation);
    outputs.add(new Output.Run(exchange, operation));
  }

  /**
   * An operation came back.
   *
   * @param frame the exchange's frame if the worker has built it, as it may when the outcome is
   *     {@link Outcome.Answered} and the request was the last
   */
  List<Output> onCompleted(
      Exchange exchange, Outcome outcome, Optional<ResponseFrame> frame, long nowNanos) {
    activeNanos = nowNanos;
    if (outcome instanceof Outcome.Later later) {
      await(exchange, later, nowNanos);
      return drainOutputs(nowNanos);
    }
    Optional<Session> session = exchange.current().session();
    Response response = settle(exchange, outcome);
    session.ifPresent(this::letGoFailed);
    if (!establishes(exchange, outcome, response, nowNanos)) {
      answer(exchange, response, frame);
    }
    return drainOutputs(nowNanos);
  }

  /** Of a session whose reauthentication has failed nothing is kept, [MS-SMB2] 3.3.5.5.3. */
  private void letGoFailed(Session session) {
    if (session.hasFailed() && !session.isClosed()) {
      departures.letGo(session);
      sessions.remove(session);
    }
  }

  private void answer(Exchange exchange, Response response, Optional<ResponseFrame> frame) {
    exchange.answer(response);
    if (exchange.isAnswered()) {
      finish(exchange, frame);
    } else {
      advance(exchange);
    }
  }

  /**
   * Enters a session that became valid in the server's table. True if it replaces another, so that
   * its response has to wait until nothing of that is under way any more, [MS-SMB2] 3.3.5.5.3.
   */
  private boolean establishes(
      Exchange exchange, Outcome outcome, Response response, long nowNanos) {
    if (!(outcome instanceof Outcome.Authenticated)
        || !response.status().equals(NtStatus.SUCCESS)) {
      return false;
    }
    Session session = exchange.current().session().orElseThrow();
    if (session.bound().isEmpty() || session.isEntered()) {
      session.objects().authenticatedAt(nowNanos);
    }
    if (session.isEntered()) {
      return false;
    }
    session.entered();
    Principal peer = session.security().orElseThrow().peer();
    outputs.add(new Output.SessionValid(session));
    // Never set by a request that binds.
    long previousSessionId = exchange.previousSessionId();
    if (previousSessionId == 0 || previousSessionId == session.id()) {
      return false;
    }
    session.awaitPrevious(true);
    exchange.current().use(session.uses());
    awaitingPrevious.put(exchange, response);
    outputs.add(new Output.Replace(exchange, previousSessionId, peer));
    return true;
  }

  /** Nothing is left of the session that the exchange's new one replaces. */
  List<Output> onPreviousEnded(Exchange exchange, long nowNanos) {
    activeNanos = nowNanos;
    exchange.current().session().orElseThrow().awaitPrevious(false);
    tableChanges++;
    answer(exchange, awaitingPrevious.remove(exchange), Optional.empty());
    return drainOutputs(nowNanos);
  }

  /** Another session of the same peer takes the place of this one. */
  List<Output> onSessionReplaced(long sessionId, long nowNanos) {
    Optional<Session> found = sessions.find(sessionId);
    if (found.isPresent() && sessions.size() == 1) {
      disconnect("its session was replaced");
    } else if (found.isPresent()) {
      Session session = found.get();
      session.end();
      exchanges.values().stream()
          .filter(exchange ->
              exchange.requests().stream()
                  .anyMatch(request -> request.header().sessionId() == sessionId))
          .forEach(Exchange::cancelWork);
      departures.letGo(session);
      sessions.remove(session);
      tableChanges++;
    }
    return drainOutputs(nowNanos);
  }

  /** Enters what a worker has done in the tables, and gives the response. */
  private Response settle(Exchange exchange, Outcome outcome) {
    if (!(outcome instanceof Outcome.Answered)) {
      tableChanges++;
    }
    return settlement.settle(exchange, outcome, state == State.CLOSED);
  }

  /** All requests are answered: grants credits, sends. */
  private void finish(Exchange exchange, Optional<ResponseFrame> built) {
    exchanges.remove(exchange.asyncId());
    ResponseFrame frame =
        built.orElseGet(() ->
            ResponseFrame.build(
                exchange, exchange.responses(), exchange.beginAnswer(), environment.pool()));
    if (state == State.CLOSED) {
      frame.discard();
      exchange.close();
      return;
    }
    try {
      frame.protect();
    } catch (KeyUnavailableException e) {
      frame.discard();
      exchange.close();
      disconnect("a response could not be protected: " + e.getMessage());
      return;
    }
    // After it is signed: preauthentication integrity covers what is sent.
    if (sessionCommands.sent(exchange, frame)) {
      state(State.OPEN, "negotiated");
    }
    if (!exchange.isAsync()) {
      exchange.requests().forEach(request -> window.keep(request.creditsPromised()));
    }
    outputs.add(new Output.Send(frame.outbound()));
    exchange.opened().forEach(Open::announce);
    breaks.announced();
    exchange.close();
    endDrain();
  }

  /** Lets go of an exchange that gets no response. */
  private void drop(Exchange exchange) {
    exchanges.remove(exchange.asyncId());
    for (int i = 0; i < exchange.requests().size(); i++) {
      Runnable leave = exchange.requests().get(i)::leaveGate;
      if (i < exchange.responses().size()) {
        exchange.responses().get(i).whenPlaced(leave);
      } else {
        leave.run();
      }
    }
    exchange.responses().forEach(Response::discard);
    exchange.close();
  }

  /** An {@link Output.CloseOpen} was done. */
  List<Output> onOpenClosed(long nowNanos) {
    departures.closed();
    return drainOutputs(nowNanos);
  }

  /** Time has passed: interim responses, limits of time. To be called a few times a second. */
  List<Output> onTick(long nowNanos) {
    if (state != State.CLOSED) {
      long interimNanos = nanos(Limit.INTERIM_MILLIS);
      List.copyOf(exchanges.values()).stream()
          .filter(exchange -> nowNanos - exchange.startedNanos() >= interimNanos)
          .filter(Exchange::mayBecomeAsync)
          .filter(Exchange::beginAsync)
          .forEach(this::sendInterim);
      pending.due(nowNanos).forEach(exchange -> run(exchange, exchange.operation()));
      expire(nowNanos);
    }
    return drainOutputs(nowNanos);
  }

  /** [MS-SMB2] 3.3.4.2: grants the request's credits; is never signed. */
  private void sendInterim(Exchange exchange) {
    try {
      outputs.add(new Output.Send(InterimFrame.of(exchange, environment.pool())));
      window.keep(exchange.requests().getFirst().creditsPromised());
    } catch (KeyUnavailableException e) {
      disconnect("an interim response could not be protected: " + e.getMessage());
    }
  }

  /** A client of this connection is to cache less. */
  List<Output> onBreak(CacheBreak broken, long nowNanos) {
    breaks.add(broken);
    return drainOutputs(nowNanos);
  }

  private void expire(long nowNanos) {
    expireSessions(nowNanos);
    if (!isAuthenticated()
        && awaitingPrevious.isEmpty()
        && nowNanos - unauthenticatedSinceNanos >= nanos(Limit.UNAUTHENTICATED_MILLIS)) {
      limitReached(Limit.UNAUTHENTICATED_MILLIS);
    } else if (exchanges.isEmpty()
        && !sessions.hasOpens()
        && nowNanos - activeNanos >= nanos(Limit.IDLE_MILLIS)) {
      disconnect("idle");
    }
  }

  /** [MS-SMB2] 3.3.5.2.9: their users must prove themselves again. */
  private void expireSessions(long nowNanos) {
    long lifetimeNanos =
        TimeUnit.SECONDS.toNanos(environment.limit(Limit.SESSION_LIFETIME_SECONDS));
    for (Session session : sessions.all()) {
      if (lifetimeNanos > 0 && nowNanos - session.objects().authenticatedNanos() >= lifetimeNanos) {
        session.expire();
      }
    }
  }

  private void limitReached(Limit limit) {
    report(
        new ServerEvent.LimitReached(
            environment.connectionId(),
            environment.peer(),
            limit.word(),
            environment.limit(limit)));
    disconnect(limit.word());
  }

  private long nanos(Limit limit) {
    return TimeUnit.MILLISECONDS.toNanos(environment.limit(limit));
  }

  /** Reads no further request; closes when those under way are answered. */
  List<Output> onDrain(long nowNanos) {
    switch (state) {
      case NEGOTIATING, OPEN -> {
        state(State.DRAINING, "the server closes");
        endDrain();
      }
      case DRAINING, CLOSED -> {}
    }
    return drainOutputs(nowNanos);
  }

  private void endDrain() {
    if (state == State.DRAINING && exchanges.isEmpty()) {
      outputs.add(new Output.Close("the server closes", true));
      tearDown("drained");
    }
  }

  /** The transport's connection is gone, or is to be treated so. */
  List<Output> onClosed(long nowNanos) {
    if (state != State.CLOSED) {
      tearDown("the transport closed");
    }
    return drainOutputs(nowNanos);
  }

  private void violated(String what) {
    report(new ServerEvent.ProtocolViolation(environment.connectionId(), environment.peer(), what));
    disconnect(what);
  }

  private void disconnect(String reason) {
    if (state != State.CLOSED) {
      outputs.add(new Output.Close(reason, false));
      tearDown(reason);
    }
  }

  /** Lets go of every open once nobody uses it, and gives up what no worker has begun. */
  private void tearDown(String reason) {
    state(State.CLOSED, reason);
    exchanges.values().forEach(Exchange::cancelWork);
    for (Session session : sessions.all()) {
      departures.letGo(session);
    }
    sessions.clear();
  }

  /** An {@link Output.Park} was not possible. */
  List<Output> onNotParked(Open open, long nowNanos) {
    report(
        new ServerEvent.LimitReached(
            environment.connectionId(),
            environment.peer(),
            Limit.DURABLE_OPENS.word(),
            environment.limit(Limit.DURABLE_OPENS)));
    departures.close(open);
    return drainOutputs(nowNanos);
  }

  /** The only way the state changes. */
  private void state(State next, String reason) {
    if (next.compareTo(state) <= 0) {
      throw new IllegalStateException(state + " -> " + next + ": " + reason);
    }
    log.debug(
        "smb connection conn={} {} -> {}: {}", environment.connectionId(), state, next, reason);
    state = next;
    tableChanges++;
  }

  private void report(ServerEvent event) {
    outputs.add(new Output.Report(event));
  }

  private List<Output> drainOutputs(long nowNanos) {
    pending.ended(state != State.OPEN).forEach(this::fail);
    if (isAuthenticated()) {
      unauthenticatedSinceNanos = nowNanos;
    }
    departures.tellEnded();
    List<Output> drained = outputs;
    outputs = new ArrayList<>();
    return drained;
  }
}
