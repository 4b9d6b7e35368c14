package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.KeyParameters;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.session.SessionFlags;
import org.sealane.smb.session.SessionSetupRequest;
import org.sealane.smb.session.SessionSetupRequestCodec;
import org.sealane.smb.session.SessionSetupResponse;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * The SESSION_SETUP exchange of one session, [MS-SMB2] 3.2.4.2.3 and 3.2.5.3. One request is under
 * way at a time, so its state needs no lock: each step happens after the one before.
 */
final class Authentication implements ResponseHandler {
  /** Round trips of one exchange at most; TLS in SPNEGO needs three. */
  private static final int STEPS_MAX = 16;

  private final ClientConnection connection;
  private final SecurityContext context;
  private final long previousSessionId;
  private final CompletableFuture<ClientSession> result = new CompletableFuture<>();
  private PreauthIntegrityHash hash;
  private long sessionId;
  private int steps;
  private Optional<SecurityContext.Step.Complete> completed = Optional.empty();
  private Optional<String> refused = Optional.empty();

  Authentication(ClientConnection connection, SecurityContext context, long previousSessionId) {
    this.connection = connection;
    this.context = context;
    this.previousSessionId = previousSessionId;
    this.hash = connection.preauthHash();
  }

  CompletionStage<ClientSession> start() {
    advance(new byte[0]);
    return result;
  }

  private void advance(byte[] token) {
    if (completed.isPresent() || ++steps > STEPS_MAX) {
      fail(NtStatus.INVALID_NETWORK_RESPONSE, "the server asks for more after the last step");
      return;
    }
    switch (context.next(token)) {
      case SecurityContext.Step.Continue(byte[] reply) -> send(reply);
      case SecurityContext.Step.Complete complete -> {
        completed = Optional.of(complete);
        send(complete.token());
      }
      case SecurityContext.Step.Refused(byte[] farewell, String reason) -> {
        refused = Optional.of(reason);
        if (farewell.length == 0) {
          fail(NtStatus.ACCESS_DENIED, reason);
        } else {
          // The server's log shall say why, too. Its answer ends the exchange.
          send(farewell);
        }
      }
    }
  }

  private void send(byte[] token) {
    SessionSetupRequest request =
        new SessionSetupRequest(
            0,
            connection.settings().negotiation().securityMode(),
            Capabilities.NONE,
            previousSessionId,
            token);
    connection.submit(
        new Request(
            RequestScope.unprotected(sessionId),
            Request.Content.small(
                Command.SESSION_SETUP,
                Level.CLEAR,
                out -> SessionSetupRequestCodec.encode(request, out)),
            this));
  }

  @Override
  public boolean expects(NtStatus status) {
    return status.equals(NtStatus.SUCCESS) || status.equals(NtStatus.MORE_PROCESSING_REQUIRED);
  }

  @Override
  public void onEncoded(MemorySegment message) {
    hash = hash.extend(message);
  }

  @Override
  public void onResponse(Smb2Header header, MessageReader message, Level level)
      throws MalformedMessageException {
    SessionSetupResponse response = SessionSetupResponseCodec.decode(message);
    if (refused.isPresent()) {
      fail(NtStatus.ACCESS_DENIED, refused.get());
      return;
    }
    if (header.sessionId() == 0 || sessionId != 0 && header.sessionId() != sessionId) {
      throw new MalformedMessageException("SessionId", 40, "that of the exchange", sessionId);
    }
    sessionId = header.sessionId();
    if (header.status().equals(NtStatus.MORE_PROCESSING_REQUIRED)) {
      hash = hash.extend(message.message());
      advance(response.securityBuffer());
    } else {
      succeed(response, message);
    }
  }

  private void succeed(SessionSetupResponse response, MessageReader message) {
    if (completed.isEmpty()) {
      switch (context.next(response.securityBuffer())) {
        case SecurityContext.Step.Complete complete -> completed = Optional.of(complete);
        case SecurityContext.Step.Continue _ -> {
          fail(NtStatus.INVALID_NETWORK_RESPONSE, "the server stopped before the last step");
          return;
        }
        case SecurityContext.Step.Refused(byte[] _, String reason) -> {
          fail(NtStatus.ACCESS_DENIED, reason);
          return;
        }
      }
    }
    if ((response.sessionFlags() & (SessionFlags.IS_GUEST | SessionFlags.IS_NULL)) != 0) {
      fail(NtStatus.ACCESS_DENIED, "the server took us for a guest");
      return;
    }
    SecurityContext.Step.Complete complete = completed.orElseThrow();
    SessionKeys keys = derive(complete.sessionKey());
    try {
      // [MS-SMB2] 3.2.5.3.1 asks for it in 3.1.1; older servers sign it too, and it is all that
      // says that the server has the keys.
      if (!keys.signer().verify(message.message())) {
        keys.close();
        fail(NtStatus.ACCESS_DENIED, "the final response is not signed by our keys");
        connection.onBreach(
            Breach.tampering("the final SESSION_SETUP response is not signed by our keys"));
        return;
      }
    } catch (KeyUnavailableException e) {
      throw new AssertionError("the keys are fresh", e);
    }
    establish(keys, complete.peer(), response.sessionFlags());
  }

  private SessionKeys derive(SessionSecret secret) {
    NegotiatedConnection negotiated = connection.negotiated();
    try (secret) {
      return SessionKeys.derive(
          secret,
          new KeyParameters(
              context(negotiated.dialect()),
              negotiated.cipher(),
              negotiated.signing(),
              Role.CLIENT,
              sessionId));
    }
  }

  private KeyContext context(Dialect dialect) {
    return switch (dialect) {
      case SMB_2_0_2, SMB_2_1 -> new KeyContext.Smb2();
      case SMB_3_0, SMB_3_0_2 -> new KeyContext.Smb30();
      case SMB_3_1_1 -> new KeyContext.Smb311(hash.value());
    };
  }

  private void establish(SessionKeys keys, Principal peer, int sessionFlags) {
    ClientSession session =
        new ClientSession(
            connection, sessionId, keys, peer, (sessionFlags & SessionFlags.ENCRYPT_DATA) != 0);
    context.close();
    connection.established(session);
    result.complete(session);
  }

  @Override
  public void onFailure(ClientException failure) {
    switch (failure) {
      case ClientException.ServerStatus status ->
          fail(status.status(), refused.orElse("the server says " + status.status()));
      case ClientException other -> end(other);
    }
  }

  private void fail(NtStatus status, String reason) {
    connection.report(
        new ClientEvent.AuthenticationFailed(
            connection.id(), connection.transport().peer(), reason));
    end(new ClientException.AuthenticationFailed(status, reason));
  }

  private void end(ClientException failure) {
    completed.ifPresent(complete -> complete.sessionKey().close());
    context.close();
    result.completeExceptionally(failure);
  }
}
