package org.sealane.smb.server;

import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityContext.Step.Complete;
import org.sealane.smb.auth.SecurityContext.Step.Continue;
import org.sealane.smb.auth.SecurityContext.Step.Refused;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.session.SessionFlags;
import org.sealane.smb.session.SessionSetupResponse;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.wire.NtStatus;

/**
 * Reauthentication of a session that is valid or has expired, [MS-SMB2] 3.3.5.5.2: keys, trees and
 * opens stay, and nothing is derived from the new key. Whoever fails loses the session, 3.3.5.5.3.
 * Owner thread.
 */
final class SessionRenewal {
  private final ConnectionEnvironment environment;
  private final EventSink events;

  SessionRenewal(ConnectionEnvironment environment, EventSink events) {
    this.environment = environment;
    this.events = events;
  }

  /** The first request of a reauthentication. */
  Step begin(
      Exchange exchange, Request request, Session session, SessionSecurity security, byte[] token)
      throws Refusal {
    if (!(security.peer() instanceof Principal.User) || !session.isLive()) {
      // A lane takes a new session instead; what waits for its predecessor's end is not there yet.
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    exchange.protectWith(security);
    requireProtected(request);
    return step(
        session,
        new Session.State.Renewing(
            security,
            environment.mechanism().acceptor(environment.peer()),
            0,
            false,
            session.isExpired()),
        token);
  }

  /** A request that goes on with one. */
  Step goOn(
      Exchange exchange,
      Request request,
      Session session,
      Session.State.Renewing state,
      byte[] token)
      throws Refusal {
    exchange.protectWith(state.security());
    requireProtected(request);
    if (state.stepping() || state.steps() >= environment.limit(Limit.HANDSHAKE_STEPS)) {
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    return step(session, state, token);
  }

  /** Or anyone on the way could end a session by a token that fails. */
  private static void requireProtected(Request request) throws Refusal {
    if (!request.level().satisfies(Level.SIGN)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
  }

  private static Step step(Session session, Session.State.Renewing state, byte[] token) {
    SecurityContext context = state.context();
    session.state(
        new Session.State.Renewing(
            state.security(), context, state.steps() + 1, true, state.expired()));
    return new Step.Run(
        Operation.of(token.length, () -> new Outcome.Authenticated(context.next(token))));
  }

  /** A worker has taken a step. On failure the session is ending, for its connection to let go. */
  Response renewed(Session session, Session.State.Renewing state, SecurityContext.Step step) {
    session.state(
        new Session.State.Renewing(
            state.security(), state.context(), state.steps(), false, state.expired()));
    return switch (step) {
      case Continue(byte[] token) -> answer(NtStatus.MORE_PROCESSING_REQUIRED, 0, token);
      case Complete complete -> complete(session, state, complete);
      case Refused(byte[] _, String reason) -> {
        fail(session, state, reason);
        yield Response.error(NtStatus.LOGON_FAILURE);
      }
    };
  }

  private Response complete(Session session, Session.State.Renewing state, Complete complete) {
    complete.sessionKey().close();
    Principal known = state.security().peer();
    if (!Durability.isSame(known, complete.peer())) {
      fail(
          session, state, complete.peer().name() + " reauthenticates a session of " + known.name());
      return Response.error(NtStatus.ACCESS_DENIED);
    }
    state.context().close();
    session.state(new Session.State.Valid(state.security()));
    events.accept(
        new ServerEvent.SessionEstablished(
            environment.connectionId(), environment.peer(), known.name()));
    int flags = state.security().levelMin() == Level.ENCRYPT ? SessionFlags.ENCRYPT_DATA : 0;
    return answer(NtStatus.SUCCESS, flags, complete.token());
  }

  /** The operation did not run, or failed by a fault of ours. */
  void failed(Session session, Session.State.Renewing state) {
    fail(session, state, "a reauthentication could not be carried out");
  }

  private void fail(Session session, Session.State.Renewing state, String reason) {
    events.accept(
        new ServerEvent.AuthenticationRefused(
            environment.connectionId(), environment.peer(), reason));
    state.context().close();
    session.fail(state.security());
    session.endOthers();
  }

  private static Response answer(NtStatus status, int flags, byte[] token) {
    return Response.of(
            status,
            out -> SessionSetupResponseCodec.encode(new SessionSetupResponse(flags, token), out))
        .atLeast(Level.SIGN);
  }
}
