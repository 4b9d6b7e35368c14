package org.sealane.smb.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.TransportConnection;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a server, [MS-SMB2] 3.2.1.2: sends requests, matches responses to them, checks
 * that no response is weaker than its request.
 *
 * <p>States: {@code NEGOTIATING -> READY -> CLOSED}, or straight to {@code CLOSED}. Any thread may
 * call. One lock guards state and {@link RequestFlow}; it is held for moments, never while
 * encrypting, sending or calling a handler. Responses are handled on the transport's owner thread.
 */
public final class ClientConnection {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  /** Salt of the preauthentication context, as long as Windows'. */
  static final int SALT_BYTES = 32;

  /** MessageId of what a server sends unasked, [MS-SMB2] 3.2.5.1.2. */
  private static final long UNSOLICITED = -1;

  enum State {
    NEGOTIATING,
    READY,
    CLOSED
  }

  private final TransportConnection transport;
  private final ClientSettings settings;
  private final LongSupplier nanoClock;
  private final ClientListener listener;
  private final FramePool pool;
  private final RequestFrames requestFrames;
  private final ResponseReader responseReader;
  private final Map<Long, ClientSession> sessions = new ConcurrentHashMap<>();
  private final CompletableFuture<ClientException> closed = new CompletableFuture<>();
  private volatile Optional<NegotiatedConnection> negotiated = Optional.empty();
  private volatile PreauthIntegrityHash preauthHash = PreauthIntegrityHash.initial();

  /** Set before the passes of lost requests are given back; see {@link #post}. */
  private volatile boolean gone;

  private final Object lock = new Object();
  private final RequestFlow flow;
  private State state = State.NEGOTIATING;
  private Optional<ClientException> closeReason = Optional.empty();

  /** Requests that were under way when the connection ended, until the transport is gone too. */
  private final List<Request> lost = new ArrayList<>();

  ClientConnection(
      TransportConnection transport,
      ClientSettings settings,
      FramePool pool,
      LongSupplier nanoClock,
      ClientListener listener) {
    this.transport = transport;
    this.settings = settings;
    this.nanoClock = nanoClock;
    this.listener = listener;
    this.pool = pool;
    this.requestFrames = new RequestFrames(pool, this::isMultiCredit);
    this.responseReader = new ResponseReader(pool, this::session);
    this.flow =
        new RequestFlow(
            settings.creditsTarget(),
            settings.queuedRequestsMax(),
            settings.requestTimeout().toNanos());
  }

  /** The transport's number of the connection, as in logs. */
  public long id() {
    return transport.id();
  }

  /** What carries the connection. */
  public TransportConnection transport() {
    return transport;
  }

  /** What NEGOTIATE settled. */
  public NegotiatedConnection negotiated() {
    return negotiated.orElseThrow(() -> new IllegalStateException("not negotiated"));
  }

  /**
   * Sets up a session, [MS-SMB2] 3.2.4.2.3. The context is the connection's from here on. Fails
   * with {@link ClientException.AuthenticationFailed} if one side refuses the other.
   *
   * @param previousSessionId the session that the new one replaces, or 0
   */
  public CompletionStage<ClientSession> authenticate(
      SecurityContext context, long previousSessionId) {
    return new Authentication(this, context, previousSessionId).start();
  }

  /** Completes when the connection is gone and nothing of any request is left, with the reason. */
  public CompletionStage<ClientException> closed() {
    return closed.minimalCompletionStage();
  }

  /** Closes at once; what is under way fails. Idempotent. */
  public void close(String reason) {
    end(new ClientException.ConnectionLost("closed here: " + reason, true, null), Ending.CLOSE);
  }

  /** Requests sent and not answered. */
  public int requestsUnderWay() {
    synchronized (lock) {
      return flow.underWay();
    }
  }

  /** Requests that wait for credits. */
  public int requestsWaiting() {
    synchronized (lock) {
      return flow.waiting();
    }
  }

  /** Sends NEGOTIATE and completes with this connection when it is settled. */
  CompletionStage<ClientConnection> negotiate(byte[] salt) {
    return new Negotiating(this, settings.negotiation(), salt).start();
  }

  FramePool pool() {
    return pool;
  }

  /**
   * True if a request may cost several credits, [MS-SMB2] 3.2.4.1.5; the field is reserved
   * otherwise. Before that is settled a request costs one, which both say.
   */
  private boolean isMultiCredit() {
    return negotiated
        .map(settled ->
            settled.dialect().isAtLeast(Dialect.SMB_2_1)
                && settled.capabilities().has(Capabilities.LARGE_MTU))
        .orElse(true);
  }

  void negotiated(NegotiatedConnection outcome, PreauthIntegrityHash hash) {
    negotiated = Optional.of(outcome);
    preauthHash = hash;
    synchronized (lock) {
      if (state == State.NEGOTIATING) {
        state(State.READY);
      }
    }
  }

  PreauthIntegrityHash preauthHash() {
    return preauthHash;
  }

  ClientSettings settings() {
    return settings;
  }

  /** Credits held or in use: no request may cost more. */
  int creditsHeld() {
    synchronized (lock) {
      return flow.creditsHeld();
    }
  }

  void established(ClientSession session) {
    sessions.put(session.id(), session);
    transport.frameLimit(FramePool.FRAME_BYTES_MAX);
  }

  /** Forgets the session; its keys are destroyed. */
  void ended(ClientSession session) {
    sessions.remove(session.id());
    session.keys().close();
  }

  private boolean isEstablished(ClientSession session) {
    return sessions.get(session.id()) == session;
  }

  private Optional<ClientSession> session(long id) {
    return Optional.ofNullable(sessions.get(id));
  }

  /** Sends a request as soon as there are credits for it, or fails it. */
  void submit(Request request) {
    Optional<ClientException> refusal = Optional.empty();
    boolean send = false;
    synchronized (lock) {
      if (state == State.CLOSED) {
        refusal = Optional.of(unsent(closeReason.orElseThrow()));
      } else if (request.scope().session().filter(used -> !isEstablished(used)).isPresent()) {
        refusal = Optional.of(new ClientException.ConnectionLost("logged off", false, null));
      } else {
        switch (flow.offer(request, nanoClock.getAsLong())) {
          case SEND -> send = true;
          case WAIT -> {}
          case FULL ->
              refusal =
                  Optional.of(
                      new ClientException.LimitReached(
                          "queued requests", settings.queuedRequestsMax()));
          case UNAFFORDABLE ->
              refusal =
                  Optional.of(
                      new ClientException.LimitReached("credits granted", flow.creditsHeld()));
        }
      }
    }
    if (send) {
      post(request);
    } else if (refusal.isPresent()) {
      request.neverSent();
      request.fail(refusal.get());
    }
  }

  /** Gives a request up: the caller wants no answer any more. */
  void cancel(Request request) {
    boolean wasSent;
    synchronized (lock) {
      wasSent = flow.abandon(request, nanoClock.getAsLong());
    }
    abandoned(request, wasSent, new ClientException.Cancelled(request.command()));
  }

  /** Fails what has waited too long. Called every now and then by one thread. */
  void onTime(long nowNanos) {
    RequestFlow.Expiry expiry;
    synchronized (lock) {
      expiry = flow.expire(nowNanos);
    }
    for (Request request : expiry.unsent()) {
      abandoned(request, false, new ClientException.TimedOut(request.command(), false));
    }
    for (Request request : expiry.toCancel()) {
      abandoned(request, true, new ClientException.TimedOut(request.command(), true));
    }
    if (expiry.unansweredForGood().isPresent()) {
      Request request = expiry.unansweredForGood().get();
      end(
          new ClientException.ConnectionLost(
              request.command() + " was neither answered nor cancelled in time", true, null),
          Ending.RESET);
    }
  }

  private void abandoned(Request request, boolean wasSent, ClientException failure) {
    if (wasSent) {
      if (request.mayCancel()) {
        sendCancel(request);
      }
      request.withdraw();
    } else if (request.posting().isEmpty() && request.state == Request.State.DONE) {
      request.neverSent();
    }
    request.fail(failure);
  }

  private void sendCancel(Request request) {
    try {
      transport.send(requestFrames.cancel(request));
    } catch (KeyUnavailableException e) {
      log.debug("smb client can not cancel conn={} msg={}", id(), request.messageId, e);
    }
  }

  private void post(Request request) {
    try {
      transport.send(requestFrames.frame(request, nanoClock.getAsLong()));
      request.content().placed().ifPresent(Placed::posted);
      if (request.sent()) {
        sendCancel(request);
      }
    } catch (RequestFrames.LevelRaisedException _) {
      postAgain(request);
    } catch (KeyUnavailableException e) {
      // The MessageId is taken and will never be used, which blocks the server's window.
      end(
          new ClientException.ConnectionLost("the session's keys: " + e.getMessage(), true, e),
          Ending.CLOSE);
    } catch (RuntimeException e) {
      log.error("smb client failed to build a request conn={} command={}", id(), request.command());
      end(
          new ClientException.ConnectionLost("a request could not be built", true, e),
          Ending.CLOSE);
      throw e;
    } finally {
      if (gone) {
        // The connection ended while the frame was built: nobody else knows of the pass.
        request.leave();
      }
    }
  }

  /** Rights end first, then the payload is protected anew. */
  private void postAgain(Request request) {
    Optional<TrafficGate.Pass> before = request.posting().flatMap(Request.Posting::pass);
    request
        .content()
        .placed()
        .orElseThrow()
        .revoke()
        .whenComplete((_, _) -> {
          post(request);
          before.ifPresent(TrafficGate.Pass::close);
        });
  }

  /** What the transport tells, on its owner thread. */
  FrameHandler frames() {
    return new FrameHandler() {
      @Override
      public void onFrame(InboundFrame frame) {
        try (frame) {
          responseReader.read(frame, ClientConnection.this::onMessage);
        } catch (Breach breach) {
          onBreach(breach);
        }
      }

      @Override
      public void onClosed(Optional<Throwable> cause) {
        end(
            new ClientException.ConnectionLost(
                cause.map(Throwable::getMessage).orElse("the peer closed"),
                true,
                cause.orElse(null)),
            Ending.CLOSE);
        gone();
      }

      @Override
      public void onWritable(boolean writable) {
        // Credits and the limit of queued requests already bound what is under way.
        log.trace("smb client conn={} writable={}", id(), writable);
      }
    };
  }

  private void onMessage(CompoundReader.Message message, boolean sealed) throws Breach {
    Smb2Header header = message.header();
    if (header.messageId() == UNSOLICITED) {
      throw Breach.protocol("a notification, though nothing is leased and none was asked for");
    }
    Request request;
    synchronized (lock) {
      if (state == State.CLOSED) {
        return;
      }
      request = flow.find(header.messageId()).orElse(null);
    }
    if (request == null) {
      throw Breach.protocol("a response to no request: MessageId " + header.messageId());
    }
    if (header.command() != request.command().code()) {
      throw Breach.protocol(
          "a response of command " + header.command() + " to " + request.command());
    }
    Request.Posting posting =
        request.posting().orElseThrow(() -> Breach.protocol("a response to a request not sent"));
    if (request.scope().session().isPresent()
        && header.sessionId() != request.scope().sessionId()) {
      throw Breach.protocol("a response for another session than its request's");
    }
    if (header.status().equals(NtStatus.PENDING) && header.isAsync()) {
      onInterim(request, header, posting.level(), sealed);
    } else {
      onFinal(request, message, posting, levelOf(request, message, sealed));
    }
  }

  /** [MS-SMB2] 3.2.5.1.3: an interim response is not signed, so it is not checked for that. */
  private void onInterim(Request request, Smb2Header header, Level required, boolean sealed)
      throws Breach {
    if (required == Level.ENCRYPT && !sealed) {
      throw new Breach(new Breach.Kind.Weak(request.command(), Level.ENCRYPT, Level.CLEAR));
    }
    boolean sensible;
    RequestFlow.Advance advance;
    synchronized (lock) {
      long now = nanoClock.getAsLong();
      sensible = flow.pending(request, header.asyncOrTreeId(), header.credits(), now);
      advance = flow.advance(now);
    }
    carryOut(advance);
    if (!sensible) {
      throw Breach.protocol("a second interim response with another AsyncId");
    }
  }

  private void onFinal(
      Request request, CompoundReader.Message message, Request.Posting posting, Level level)
      throws Breach {
    requireLevel(request, posting.level(), level);
    RequestFlow.Advance advance;
    long elapsedNanos;
    synchronized (lock) {
      if (flow.find(request.messageId).isEmpty()) {
        return;
      }
      long now = nanoClock.getAsLong();
      flow.answered(request, message.header().credits());
      advance = flow.advance(now);
      elapsedNanos = now - posting.sentNanos();
    }
    listener.onResponse(request.command(), level, request.content().payloadBytes(), elapsedNanos);
    try {
      deliver(request, message, level);
    } catch (MalformedMessageException e) {
      throw Breach.protocol("malformed " + request.command() + " response: " + e.getMessage());
    } finally {
      request.leave();
      carryOut(advance);
    }
  }

  private void carryOut(RequestFlow.Advance advance) {
    advance.toSend().forEach(this::post);
    for (Request dropped : advance.unaffordable()) {
      dropped.neverSent();
      dropped.fail(new ClientException.LimitReached("credits granted", creditsHeld()));
    }
  }

  private void deliver(Request request, CompoundReader.Message message, Level level)
      throws MalformedMessageException {
    if (!request.claim()) {
      return;
    }
    NtStatus status = message.header().status();
    if (!request.handler().expects(status)) {
      request.handler().onFailure(new ClientException.ServerStatus(request.command(), status));
      return;
    }
    try {
      request.handler().onResponse(message.header(), new MessageReader(message.bytes()), level);
    } catch (MalformedMessageException e) {
      request
          .handler()
          .onFailure(
              new ClientException.Violation(
                  "malformed " + request.command() + " response: " + e.getMessage()));
      throw e;
    }
  }

  private Level levelOf(Request request, CompoundReader.Message message, boolean sealed)
      throws Breach {
    if (sealed) {
      return Level.ENCRYPT;
    }
    if (!message.header().has(HeaderFlags.SIGNED) || request.scope().session().isEmpty()) {
      return Level.CLEAR;
    }
    try {
      if (request.scope().session().get().keys().signer().verify(message.bytes())) {
        return Level.SIGN;
      }
    } catch (KeyUnavailableException e) {
      throw Breach.protocol("a response for a session that has ended");
    }
    throw Breach.tampering("the signature of a " + request.command() + " response is wrong");
  }

  private static void requireLevel(Request request, Level required, Level actual) throws Breach {
    boolean accepted =
        actual.satisfies(required)
            && request.scope().tree().map(tree -> tree.gate().accepts(actual)).orElse(true);
    if (!accepted) {
      throw new Breach(new Breach.Kind.Weak(request.command(), required, actual));
    }
  }

  /** Reports what the server did and ends the connection. */
  void onBreach(Breach breach) {
    ClientEvent event =
        switch (breach.kind()) {
          case Breach.Kind.Protocol(String what) ->
              new ClientEvent.ProtocolViolation(id(), transport.peer(), what);
          case Breach.Kind.Tampering(String evidence) ->
              new ClientEvent.TamperingSuspected(id(), transport.peer(), evidence);
          case Breach.Kind.Weak(Command command, Level required, Level actual) ->
              new ClientEvent.WeakResponseRefused(
                  id(), transport.peer(), command, required, actual);
        };
    report(event);
    end(new ClientException.Violation(breach.getMessage()), Ending.RESET);
  }

  void report(ClientEvent event) {
    log.warn("smb client event={}", event);
    listener.onEvent(event);
  }

  private enum Ending {
    CLOSE,
    /** Nothing of ours that is still in the kernel shall arrive. */
    RESET
  }

  /** Fails all requests, once; their passes are kept until the transport is gone. */
  void end(ClientException reason) {
    end(reason, Ending.CLOSE);
  }

  private void end(ClientException reason, Ending ending) {
    List<Request> failed;
    synchronized (lock) {
      if (state == State.CLOSED) {
        return;
      }
      closeReason = Optional.of(reason);
      state(State.CLOSED);
      failed = flow.drain();
      lost.addAll(failed);
    }
    switch (ending) {
      case CLOSE -> transport.close(reason.getMessage());
      case RESET -> transport.reset(reason.getMessage());
    }
    for (Request request : failed) {
      boolean sent = request.state != Request.State.QUEUED;
      if (!sent) {
        request.neverSent();
      }
      request.fail(sent ? reason : unsent(reason));
    }
  }

  /** The transport has let go of every frame: nothing of any request is left. */
  private void gone() {
    gone = true;
    List<Request> left;
    synchronized (lock) {
      left = List.copyOf(lost);
      lost.clear();
    }
    left.forEach(Request::leave);
    sessions.values().forEach(session -> session.keys().close());
    sessions.clear();
    closed.complete(closeReason.orElseThrow());
  }

  private static ClientException unsent(ClientException reason) {
    return new ClientException.ConnectionLost(reason.getMessage(), false, reason);
  }

  private void state(State next) {
    log.debug("smb client conn={} {} -> {}", id(), state, next);
    state = next;
  }
}
