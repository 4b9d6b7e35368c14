package org.sealane.smb.server;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityContext.Step.Complete;
import org.sealane.smb.auth.SecurityContext.Step.Continue;
import org.sealane.smb.auth.SecurityContext.Step.Refused;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.KeyParameters;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.MultiProtocolRequest;
import org.sealane.smb.negotiate.MultiProtocolRequestCodec;
import org.sealane.smb.negotiate.NegotiateInfoRequest;
import org.sealane.smb.negotiate.NegotiateInfoResponse;
import org.sealane.smb.negotiate.NegotiateRequest;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.NegotiateResponse;
import org.sealane.smb.negotiate.NegotiateResponseCodec;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.ServerNegotiation;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.server.Dispatcher.Resumption;
import org.sealane.smb.session.LogoffRequestCodec;
import org.sealane.smb.session.LogoffResponse;
import org.sealane.smb.session.LogoffResponseCodec;
import org.sealane.smb.session.SessionFlags;
import org.sealane.smb.session.SessionSetupRequest;
import org.sealane.smb.session.SessionSetupRequestCodec;
import org.sealane.smb.session.SessionSetupResponse;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.ProtocolId;

/** NEGOTIATE, SESSION_SETUP and LOGOFF, [MS-SMB2] 3.3.5.4 to 3.3.5.6. Owner thread. */
final class SessionCommands {
  private final ConnectionEnvironment environment;
  private final SessionTable sessions;
  private final EventSink events;
  private final Resumption resumption;
  private final SessionBinding binding;
  private final SessionRenewal renewal;
  private Optional<Agreement> agreement = Optional.empty();

  /**
   * What NEGOTIATE settled.
   *
   * @param hash over request and response, from which each session's goes on
   */
  private record Agreement(NegotiatedConnection connection, PreauthIntegrityHash hash) {}

  SessionCommands(
      ConnectionEnvironment environment,
      SessionTable sessions,
      EventSink events,
      Resumption resumption,
      SessionBinding binding) {
    this.environment = environment;
    this.sessions = sessions;
    this.events = events;
    this.resumption = resumption;
    this.binding = binding;
    this.renewal = new SessionRenewal(environment, events);
  }

  /** What NEGOTIATE settled, once it has. */
  Optional<NegotiatedConnection> negotiated() {
    return agreement.map(Agreement::connection);
  }

  /** RDMA transforms that NEGOTIATE settled. */
  Set<RdmaTransformId> rdmaTransforms() {
    return negotiated().map(NegotiatedConnection::rdmaTransforms).orElse(Set.of());
  }

  Step negotiate(Request request) throws MalformedMessageException {
    if (ProtocolId.of(request.message()) == ProtocolId.SMB1) {
      return negotiateMultiProtocol(request);
    }
    NegotiateRequest asked = NegotiateRequestCodec.decode(request.reader());
    return negotiate(request, asked);
  }

  /** [MS-SMB2] 3.3.5.3. A client that speaks SMB1 only is dropped. */
  private Step negotiateMultiProtocol(Request request) {
    MultiProtocolRequest asked;
    try {
      asked = MultiProtocolRequestCodec.decode(request.reader());
    } catch (MalformedMessageException e) {
      return smb1Refused("SMB1, and no NEGOTIATE: " + e.getMessage());
    }
    Optional<NegotiateResponse> wildcard =
        ServerNegotiation.wildcard(asked, environment.negotiation(), environment.fresh().get());
    if (wildcard.isPresent()) {
      return new Step.Done(
          Response.success(out -> NegotiateResponseCodec.encode(wildcard.get(), out)));
    }
    boolean speaks = environment.settings().access().dialects().contains(Dialect.SMB_2_0_2);
    if (speaks && asked.dialects().contains(MultiProtocolRequest.SMB_2_002)) {
      return negotiate(
          request,
          new NegotiateRequest(
              new SecurityMode(0),
              Capabilities.NONE,
              new UUID(0, 0),
              List.of(Dialect.SMB_2_0_2.revision()),
              List.of()));
    }
    return smb1Refused("SMB1 only");
  }

  private Step smb1Refused(String reason) {
    events.accept(new ServerEvent.Smb1Refused(environment.connectionId(), environment.peer()));
    return new Step.Disconnect(reason);
  }

  /**
   * FSCTL_VALIDATE_NEGOTIATE_INFO, [MS-SMB2] 3.3.5.15.12. Empty if the connection must end; then it
   * was reported.
   */
  Optional<NegotiateInfoResponse> validate(NegotiateInfoRequest asked) {
    Optional<NegotiateInfoResponse> answer =
        ServerNegotiation.validate(
            asked, agreement.orElseThrow().connection(), environment.negotiation());
    if (answer.isEmpty()) {
      events.accept(
          new ServerEvent.TamperingSuspected(
              environment.connectionId(),
              environment.peer(),
              "NEGOTIATE came otherwise than the client sent it"));
    }
    return answer;
  }

  private Step negotiate(Request request, NegotiateRequest asked) {
    ServerNegotiation.Outcome outcome =
        ServerNegotiation.decide(
            request.header(),
            asked,
            negotiated(),
            environment.negotiation(),
            environment.fresh().get());
    return switch (outcome) {
      case ServerNegotiation.Outcome.Refused refused -> Step.error(refused.status());
      case ServerNegotiation.Outcome.Disconnect disconnect ->
          new Step.Disconnect(disconnect.reason());
      case ServerNegotiation.Outcome.Agreed agreed -> {
        PreauthIntegrityHash hash = PreauthIntegrityHash.initial().extend(request.message());
        agreement = Optional.of(new Agreement(agreed.connection(), hash));
        yield new Step.Done(
            Response.success(out -> NegotiateResponseCodec.encode(agreed.response(), out)));
      }
    };
  }

  /** [MS-SMB2] 3.3.5.4: the response is part of the connection's hash, as it is sent. */
  private void negotiateSent(ResponseFrame frame) {
    agreement =
        agreement.map(settled ->
            new Agreement(settled.connection(), settled.hash().extend(frame.onlyMessage())));
  }

  Step setup(Exchange exchange, Request request) throws MalformedMessageException, Refusal {
    if (exchange.isCompound()) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    SessionSetupRequest asked = SessionSetupRequestCodec.decode(request.reader());
    Agreement settled = agreement.orElseThrow(() -> new IllegalStateException("not negotiated"));
    Session session;
    if (asked.isBinding()) {
      session = binding.channel(request, settled.connection(), settled.hash());
    } else {
      exchange.previousSessionId(asked.previousSessionId());
      session = sessionToSetUp(request, settled.hash());
    }
    request.session(session);
    return switch (session.state()) {
      case Session.State.Authenticating authenticating ->
          authenticate(request, session, authenticating, asked.securityBuffer());
      case Session.State.Refusing _ -> {
        end(session);
        yield Step.error(NtStatus.LOGON_FAILURE);
      }
      case Session.State.Valid(SessionSecurity security) ->
          renewal.begin(exchange, request, session, security, asked.securityBuffer());
      case Session.State.Expired(SessionSecurity security) ->
          renewal.begin(exchange, request, session, security, asked.securityBuffer());
      case Session.State.Renewing renewing ->
          renewal.goOn(exchange, request, session, renewing, asked.securityBuffer());
      case Session.State.Ending _ -> throw new Refusal(NtStatus.USER_SESSION_DELETED);
    };
  }

  private Session sessionToSetUp(Request request, PreauthIntegrityHash hash) throws Refusal {
    long sessionId = request.header().sessionId();
    if (sessionId != 0) {
      return sessions
          .find(sessionId)
          .filter(found -> found.bound().isEmpty() || found.security().isPresent())
          .orElseThrow(() -> new Refusal(NtStatus.USER_SESSION_DELETED));
    }
    environment.requireBelow(Limit.SESSIONS_PER_CONNECTION, sessions.size(), events);
    environment.requireBelow(Limit.SESSIONS, environment.globalSessions().size(), events);
    Session session =
        Session.first(
            environment.sessionIds().getAsLong(),
            environment.mechanism().acceptor(environment.peer()),
            hash);
    sessions.add(session);
    environment.globalSessions().begin(session.id());
    return session;
  }

  private Step authenticate(
      Request request, Session session, Session.State.Authenticating state, byte[] token)
      throws Refusal {
    if (state.stepping()) {
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    if (state.steps() >= environment.limit(Limit.HANDSHAKE_STEPS)) {
      reportRefused("more than " + state.steps() + " steps");
      end(session);
      throw new Refusal(NtStatus.LOGON_FAILURE);
    }
    SecurityContext context = state.context();
    session.state(
        new Session.State.Authenticating(
            context, state.hash().extend(request.message()), state.steps() + 1, true));
    return new Step.Run(
        Operation.of(token.length, () -> new Outcome.Authenticated(context.next(token))));
  }

  /** A worker has taken one step of an authentication. */
  Response authenticated(Exchange exchange, SecurityContext.Step step) {
    Session session = exchange.current().session().orElseThrow();
    if (session.state() instanceof Session.State.Renewing renewing) {
      return session.isClosed()
          ? abandoned(exchange, step)
          : renewal.renewed(session, renewing, step);
    }
    if (!(session.state() instanceof Session.State.Authenticating state)) {
      throw new IllegalStateException("session " + session.id() + " was not authenticating");
    }
    if (session.isClosed()) {
      return abandoned(exchange, step);
    }
    session.state(
        new Session.State.Authenticating(state.context(), state.hash(), state.steps(), false));
    Response response =
        switch (step) {
          case Continue(byte[] token) -> tokenFor(NtStatus.MORE_PROCESSING_REQUIRED, 0, token);
          case Complete complete ->
              session.bound().isPresent()
                  ? completeBinding(exchange, session, state, complete)
                  : complete(exchange, session, state, complete);
          case Refused(byte[] token, String reason) -> refused(session, state, token, reason);
        };
    boolean asksForMore = response.status().equals(NtStatus.MORE_PROCESSING_REQUIRED);
    return asksForMore && session.bound().isPresent()
        ? signedBySession(exchange, session, response)
        : response;
  }

  /** [MS-SMB2] 3.3.4.1.1: until a channel has a key of its own, its answers are signed so. */
  private Response signedBySession(Exchange exchange, Session channel, Response response) {
    if (!binding.maySign(channel, exchange.current().header().messageId())) {
      response.discard();
      end(channel);
      return Response.error(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    exchange.protectWith(channel.bound().orElseThrow());
    return response.atLeast(Level.SIGN);
  }

  /** [MS-SMB2] 3.3.5.5.3 for a channel: the same user, a signing key of its own. */
  private Response completeBinding(
      Exchange exchange, Session channel, Session.State.Authenticating state, Complete complete) {
    SessionSecurity session = channel.bound().orElseThrow();
    boolean same = Durability.isSame(session.peer(), complete.peer());
    if (!same || !channel.objects().isLive()) {
      complete.sessionKey().close();
      if (!same) {
        reportRefused(complete.peer().name() + " binds a session of another user");
      }
      end(channel);
      return Response.error(same ? NtStatus.USER_SESSION_DELETED : NtStatus.NOT_SUPPORTED);
    }
    SessionKeys keys;
    try (var secret = complete.sessionKey()) {
      keys =
          session
              .keys()
              .forChannel(
                  secret, context(agreement.orElseThrow().connection().dialect(), state.hash()));
    }
    state.context().close();
    SessionSecurity security = session.onChannel(keys);
    channel.state(new Session.State.Valid(security));
    exchange.protectWith(security);
    events.accept(
        new ServerEvent.SessionEstablished(
            environment.connectionId(), environment.peer(), complete.peer().name()));
    return tokenFor(NtStatus.SUCCESS, 0, complete.token()).atLeast(Level.SIGN);
  }

  /** An authentication came back to a connection that is closed. */
  Response abandoned(Exchange exchange, SecurityContext.Step step) {
    if (step instanceof Complete complete) {
      complete.sessionKey().close();
    }
    Session.State state = exchange.current().session().orElseThrow().state();
    if (state instanceof Session.State.Authenticating authenticating) {
      authenticating.context().close();
    } else if (state instanceof Session.State.Renewing renewing) {
      renewing.context().close();
    }
    return Response.error(NtStatus.USER_SESSION_DELETED);
  }

  /** The operation did not run, or failed by a fault of ours: the handshake can not go on. */
  void authenticationFailed(Session session) {
    if (session.state() instanceof Session.State.Renewing renewing) {
      if (session.isClosed()) {
        renewing.context().close();
      } else {
        renewal.failed(session, renewing);
      }
      return;
    }
    if (session.state() instanceof Session.State.Authenticating state && state.stepping()) {
      state.context().close();
    }
    end(session);
  }

  /** [MS-SMB2] 3.3.5.5: a response that asks for more is part of the session's hash. */
  private void setupSent(Request request, ResponseFrame frame) {
    request
        .session()
        .ifPresent(session -> {
          if (session.state() instanceof Session.State.Authenticating state) {
            session.state(
                new Session.State.Authenticating(
                    state.context(),
                    state.hash().extend(frame.onlyMessage()),
                    state.steps(),
                    state.stepping()));
          }
        });
  }

  private Response complete(
      Exchange exchange, Session session, Session.State.Authenticating state, Complete complete) {
    NegotiatedConnection connection = agreement.orElseThrow().connection();
    AccessRules access = environment.settings().access();
    Level wanted = environment.settings().sessionLevel();
    boolean encrypts = AccessRules.canEncrypt(connection);
    if (wanted == Level.ENCRYPT && !encrypts) {
      events.accept(
          new ServerEvent.UnencryptedAccess(
              environment.connectionId(),
              environment.peer(),
              complete.peer().name(),
              "",
              connection.dialect().word(),
              access.rejectUnencryptedAccess()));
      if (access.rejectUnencryptedAccess()) {
        complete.sessionKey().close();
        end(session);
        return Response.error(NtStatus.ACCESS_DENIED);
      }
    }
    boolean sealed = wanted == Level.ENCRYPT && encrypts;
    Level level = sealed ? Level.ENCRYPT : access.levelWithoutEncryption(wanted, connection);
    SessionKeys keys;
    try (var secret = complete.sessionKey()) {
      keys =
          SessionKeys.derive(
              secret,
              new KeyParameters(
                  context(connection.dialect(), state.hash()),
                  connection.cipher(),
                  connection.signing(),
                  Role.SERVER,
                  session.id()));
    }
    state.context().close();
    SessionSecurity security =
        new SessionSecurity(session.id(), complete.peer(), keys, level, encrypts);
    session.state(new Session.State.Valid(security));
    session
        .objects()
        .established(
            new SessionObjects.Established(
                security, connection, exchange.current().header().messageId()));
    exchange.protectWith(security);
    environment.durableOpens().arrived(complete.peer(), connection.peerGuid());
    events.accept(
        new ServerEvent.SessionEstablished(
            environment.connectionId(), environment.peer(), complete.peer().name()));
    int flags = level == Level.ENCRYPT ? SessionFlags.ENCRYPT_DATA : 0;
    // [MS-SMB2] 3.3.5.5.3: the final response is always signed.
    return tokenFor(NtStatus.SUCCESS, flags, complete.token()).atLeast(Level.SIGN);
  }

  private static KeyContext context(Dialect dialect, PreauthIntegrityHash hash) {
    return switch (dialect) {
      case SMB_2_0_2, SMB_2_1 -> new KeyContext.Smb2();
      case SMB_3_0, SMB_3_0_2 -> new KeyContext.Smb30();
      case SMB_3_1_1 -> new KeyContext.Smb311(hash.value());
    };
  }

  /**
   * A refusal goes to the peer in one more token where there is one, so that both sides can say
   * why; the failure follows when the peer asks again.
   */
  private Response refused(
      Session session, Session.State.Authenticating state, byte[] token, String reason) {
    reportRefused(reason);
    if (token.length == 0) {
      end(session);
      return Response.error(NtStatus.LOGON_FAILURE);
    }
    state.context().close();
    session.state(new Session.State.Refusing());
    return tokenFor(NtStatus.MORE_PROCESSING_REQUIRED, 0, token);
  }

  /**
   * Preauthentication integrity covers these responses as they are sent, signatures included.
   *
   * @return true if NEGOTIATE is settled by this one
   */
  boolean sent(Exchange exchange, ResponseFrame frame) {
    Request request = exchange.requests().getFirst();
    NtStatus status = exchange.responses().getFirst().status();
    if (request.header().command() == Command.NEGOTIATE.code()) {
      // An answer of the wildcard dialect settles nothing.
      if (status.equals(NtStatus.SUCCESS) && negotiated().isPresent()) {
        negotiateSent(frame);
        return true;
      }
    } else if (request.header().command() == Command.SESSION_SETUP.code()
        && status.equals(NtStatus.MORE_PROCESSING_REQUIRED)) {
      setupSent(request, frame);
    }
    return false;
  }

  Step logoff(Exchange exchange, Request request, Session session)
      throws MalformedMessageException, Refusal {
    LogoffRequestCodec.decode(request.reader());
    for (Session channel : session.objects().channels()) {
      if (channel.state() instanceof Session.State.Renewing) {
        throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
      }
    }
    session.objects().channels().forEach(Session::end);
    session
        .uses()
        .whenIdle(() -> {
          // Its session has not ended before its opens are closed.
          request.use(session.uses());
          resumption.resume(exchange, closeAll(session.opens()));
        });
    return new Step.Parked();
  }

  /** The opens of a LOGOFF are closed. */
  void loggedOff(Session session) {
    session.opens().forEach(session::removeOpen);
    for (Session channel : session.objects().channels()) {
      if (channel != session) {
        channel.leave();
      }
    }
    end(session);
  }

  private static Operation closeAll(List<Open> opens) {
    return Operation.certain(() -> {
      OpenCommands.closeShares(opens);
      return new Outcome.Closed(
          Response.success(out -> LogoffResponseCodec.encode(new LogoffResponse(), out)));
    });
  }

  private void end(Session session) {
    session.leave();
    if (session.objects().established().isEmpty()) {
      environment.globalSessions().remove(session.id());
    }
  }

  private void reportRefused(String reason) {
    events.accept(
        new ServerEvent.AuthenticationRefused(
            environment.connectionId(), environment.peer(), reason));
  }

  private static Response tokenFor(NtStatus status, int flags, byte[] token) {
    return Response.of(
        status,
        out -> SessionSetupResponseCodec.encode(new SessionSetupResponse(flags, token), out));
  }
}
