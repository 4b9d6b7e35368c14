package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.TransportConnection;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around one {@link Connection}: feeds it on the owner thread and carries out its
 * outputs. Operations run on workers, which also build and protect the responses; what they give
 * comes back to the owner thread, which alone sends.
 *
 * <p>The owner thread is the transport's, until the connection asks to be bound to a session of
 * another one: from then on it is that one's, so that a session's channels share one thread.
 */
final class ServerConnection implements FrameHandler {
  private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);

  /** Told on the owner thread what the server counts. */
  interface Listener {
    void onAuthenticated(ServerConnection connection, boolean authenticated);

    /** Nothing of it is left. */
    void onFinished(ServerConnection connection);
  }

  /** What status shows of a session; its trees' counters are read when it is asked. */
  private record SessionView(SessionSecurity security, List<TreeConnect> trees) {}

  /** Peers that a connection accepted before they were reset must not become. */
  private record Barred(Predicate<Principal> which, String reason) {}

  private final TransportConnection transport;
  private final Executor transportOwner;
  private final boolean multichannel;
  private final Connection connection;
  private final FramePool pool;
  private final WorkQueue work;
  private final GlobalSessions globalSessions;
  private final DurableOpens durableOpens;
  private final EventSink events;
  private final LongSupplier nanoClock;
  private final Listener listener;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  // The owner thread's.
  /** Grows only until the connection is authenticated, which has a limit of time. */
  private final List<Barred> barred = new ArrayList<>();

  /** The owner thread; written by itself, at most once. */
  private volatile Executor home;

  private boolean authenticated;
  private boolean transportClosed;
  private boolean finished;
  private long viewedChanges = -1;

  // Written by the owner thread, read by status.
  private volatile List<SessionView> sessions = List.of();
  private volatile Connection.State state = Connection.State.NEGOTIATING;
  private volatile Optional<NegotiatedConnection> negotiated = Optional.empty();
  private volatile int exchanges;

  ServerConnection(
      TransportConnection transport,
      ConnectionEnvironment environment,
      WorkQueue work,
      EventSink events,
      LongSupplier nanoClock,
      Listener listener) {
    this.transport = transport;
    this.transportOwner = transport.owner();
    this.home = transportOwner;
    this.multichannel = environment.settings().multichannel();
    this.connection =
        new Connection(
            environment,
            sessionId -> environment.globalSessions().bindTarget(sessionId, home),
            this::onBreak,
            nanoClock.getAsLong());
    this.pool = environment.pool();
    this.globalSessions = environment.globalSessions();
    this.durableOpens = environment.durableOpens();
    this.work = work;
    this.events = events;
    this.nanoClock = nanoClock;
    this.listener = listener;
  }

  @Override
  public void onFrame(InboundFrame frame) {
    if (multichannel && home == transportOwner && SessionBinding.isBinding(frame.bytes())) {
      moveHome(SessionBinding.sessionId(frame.bytes()));
    }
    if (home == transportOwner) {
      receive(frame);
    } else {
      // In order, since nothing of this connection came to that thread before.
      home.execute(() -> receive(frame));
    }
  }

  private void receive(InboundFrame frame) {
    carryOut(connection.onFrame(frame, nanoClock.getAsLong()));
  }

  /** To where the channels of the session run that this connection is to be bound to. */
  private void moveHome(long sessionId) {
    Optional<Executor> other = globalSessions.home(sessionId);
    if (other.isPresent() && other.get() != home && connection.mayMove()) {
      home = other.get();
    }
  }

  /** Runs a task on the owner thread. Any thread. */
  private void atHome(Runnable task) {
    Executor asked = home;
    asked.execute(() -> {
      if (home == asked) {
        task.run();
      } else {
        atHome(task);
      }
    });
  }

  @Override
  public void onClosed(Optional<Throwable> cause) {
    log.debug(
        "smb connection closed conn={} cause={}",
        transport.id(),
        cause.map(Throwable::toString).orElse("the peer"));
    if (home == transportOwner) {
      closed();
    } else {
      home.execute(this::closed);
    }
    gone.complete(null);
  }

  private void closed() {
    transportClosed = true;
    carryOut(connection.onClosed(nanoClock.getAsLong()));
  }

  @Override
  public void onWritable(boolean writable) {
    transport.reading(writable);
  }

  /** Any thread. */
  void tick() {
    atHome(() -> carryOut(connection.onTick(nanoClock.getAsLong())));
  }

  /** Answers what is under way, then closes. Any thread. */
  void drain() {
    atHome(() -> carryOut(connection.onDrain(nanoClock.getAsLong())));
  }

  /** Any thread. */
  void close(String reason) {
    transport.close(reason);
  }

  /**
   * Resets the connection if a session on it is of a peer that {@code which} names; if it has no
   * session yet, as soon as it gets such a one. Completes when nothing of such a peer can pass over
   * it any more. Any thread.
   */
  CompletionStage<Void> reset(Predicate<Principal> which, String reason) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    atHome(() -> {
      if (hasPeer(which)) {
        transport.reset(reason);
        gone.thenRun(() -> done.complete(null));
        return;
      }
      if (!authenticated) {
        barred.add(new Barred(which, reason));
      }
      done.complete(null);
    });
    return done.minimalCompletionStage();
  }

  private boolean hasPeer(Predicate<Principal> which) {
    return sessions.stream().anyMatch(view -> which.test(view.security().peer()));
  }

  private void carryOut(List<Output> outputs) {
    for (Output output : outputs) {
      switch (output) {
        case Output.Run(Exchange exchange, Operation operation) -> run(exchange, operation);
        case Output.CloseOpen(Open open) -> closeOpen(open);
        case Output.Park(Open open) -> park(open);
        case Output.SessionValid(Session session) -> enter(session);
        case Output.Replace(Exchange exchange, long previousSessionId, Principal peer) ->
            replace(exchange, previousSessionId, peer);
        case Output.SessionEnded(long sessionId) -> globalSessions.remove(sessionId);
        case Output.Send(var frame) -> transport.send(frame);
        case Output.Close(String reason, boolean flush) -> {
          if (flush) {
            transport.closeAfterFlush(reason);
          } else {
            transport.close(reason);
          }
        }
        case Output.Report(ServerEvent event) -> report(event);
      }
    }
    publish();
  }

  private void publish() {
    state = connection.state();
    exchanges = connection.exchangeCount();
    if (connection.tableChanges() != viewedChanges) {
      viewedChanges = connection.tableChanges();
      negotiated = connection.negotiated();
      sessions =
          connection.sessions().stream()
              .filter(Session::isLive)
              .map(session ->
                  new SessionView(session.security().orElseThrow(), List.copyOf(session.trees())))
              .toList();
      boolean nowAuthenticated = connection.isAuthenticated();
      if (nowAuthenticated != authenticated) {
        authenticated = nowAuthenticated;
        if (authenticated) {
          transport.frameLimit(FramePool.FRAME_BYTES_MAX);
        }
        listener.onAuthenticated(this, authenticated);
      }
      for (Barred bar : barred) {
        if (hasPeer(bar.which())) {
          transport.reset(bar.reason());
        }
      }
    }
    if (transportClosed && connection.isFinished() && !finished) {
      finished = true;
      listener.onFinished(this);
    }
  }

  private void run(Exchange exchange, Operation operation) {
    Runnable task = () -> work(exchange, operation);
    if (operation.mustRun()) {
      work.run(task);
    } else if (!work.submit(this, operation.bytes(), operation.lends(), task)) {
      // Not at once: the outputs that are being carried out come first.
      complete(exchange, failure(NtStatus.INSUFFICIENT_RESOURCES), Optional.empty());
    }
  }

  /** On a worker. */
  private void work(Exchange exchange, Operation operation) {
    Outcome outcome = outcome(exchange, operation);
    if (!(outcome instanceof Outcome.Answered(Response response)) || !exchange.isLast()) {
      complete(exchange, outcome, Optional.empty());
      return;
    }
    try {
      complete(exchange, outcome, Optional.of(buildFrame(exchange, response)));
    } catch (RuntimeException e) {
      log.error("response not built conn={}", transport.id(), e);
      response.discard();
      transport.close("a response could not be built");
      complete(exchange, failure(NtStatus.INTERNAL_ERROR), Optional.empty());
    }
  }

  private ResponseFrame buildFrame(Exchange exchange, Response last) {
    List<Response> responses = new ArrayList<>(exchange.responses());
    responses.add(last);
    ResponseFrame frame = ResponseFrame.build(exchange, responses, exchange.beginAnswer(), pool);
    try {
      frame.protect();
    } catch (KeyUnavailableException e) {
      // The owner thread asks again before it sends, finds the same, and closes the connection.
      log.debug("response not protected conn={}: {}", transport.id(), e.getMessage());
    }
    return frame;
  }

  private Outcome outcome(Exchange exchange, Operation operation) {
    if (!exchange.beginWork() && !operation.mustRun()) {
      return failure(NtStatus.CANCELLED);
    }
    try {
      return operation.work().run();
    } catch (ShareException e) {
      if (e.status().equals(NtStatus.OPLOCK_BREAK_IN_PROGRESS)) {
        return new Outcome.Later(true, NtStatus.CANCELLED);
      }
      log.debug("request failed conn={}: {}", transport.id(), e.getMessage());
      return failure(e.status());
    } catch (OutOfMemoryError e) {
      log.error("no memory for a request conn={}", transport.id(), e);
      return failure(NtStatus.INSUFFICIENT_RESOURCES);
    } catch (RuntimeException | Error e) {
      log.error("request failed by a fault conn={}", transport.id(), e);
      return failure(NtStatus.INTERNAL_ERROR);
    }
  }

  private void complete(Exchange exchange, Outcome outcome, Optional<ResponseFrame> frame) {
    atHome(() -> carryOut(connection.onCompleted(exchange, outcome, frame, nanoClock.getAsLong())));
  }

  private static Outcome failure(NtStatus status) {
    return new Outcome.Answered(Response.error(status));
  }

  private void closeOpen(Open open) {
    work.run(() -> {
      OpenCommands.closeLogged(open);
      atHome(() -> carryOut(connection.onOpenClosed(nanoClock.getAsLong())));
    });
  }

  private void park(Open open) {
    if (!durableOpens.park(open, nanoClock.getAsLong())) {
      carryOut(connection.onNotParked(open, nanoClock.getAsLong()));
    }
  }

  /** Any thread. */
  private void onBreak(CacheBreak broken) {
    atHome(() -> carryOut(connection.onBreak(broken, nanoClock.getAsLong())));
  }

  private void enter(Session session) {
    session.endBy(() -> endSession(session.id()));
    session.tellBy(this::onBreak);
    if (session.bound().isEmpty()) {
      globalSessions.add(session, home);
    }
  }

  /** Another session takes the place of one of this connection's. Any thread. */
  private void endSession(long sessionId) {
    atHome(() -> carryOut(connection.onSessionReplaced(sessionId, nanoClock.getAsLong())));
  }

  private void replace(Exchange exchange, long previousSessionId, Principal peer) {
    globalSessions
        .replace(previousSessionId, peer)
        .thenRun(() ->
            atHome(() -> carryOut(connection.onPreviousEnded(exchange, nanoClock.getAsLong()))));
  }

  private void report(ServerEvent event) {
    switch (event) {
      case ServerEvent.SessionEstablished _ -> log.debug("{}", event);
      case ServerEvent.Smb1Refused _,
          ServerEvent.TamperingSuspected _,
          ServerEvent.WeakRequestRefused _,
          ServerEvent.UnencryptedAccess _,
          ServerEvent.AuthenticationRefused _,
          ServerEvent.TreeRefused _,
          ServerEvent.ProtocolViolation _,
          ServerEvent.LimitReached _ ->
          log.warn("{}", event);
    }
    events.accept(event);
  }

  /** What is known now. Any thread. */
  ServerStatus.ConnectionStatus status() {
    return new ServerStatus.ConnectionStatus(
        transport.id(),
        transport.peer(),
        transport.transport().name(),
        transport.transport().provider(),
        state.name().toLowerCase(java.util.Locale.ROOT),
        negotiated.map(settled -> settled.dialect().word()).orElse(""),
        negotiated.flatMap(NegotiatedConnection::cipher),
        negotiated.map(NegotiatedConnection::signing),
        exchanges,
        sessions.stream()
            .map(session ->
                new ServerStatus.SessionStatus(
                    session.security().sessionId(),
                    session.security().peer(),
                    session.trees().stream().map(TreeConnect::status).toList()))
            .toList());
  }
}
