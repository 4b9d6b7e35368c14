package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.LongFunction;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.server.GlobalSessions.BindTarget;
import org.sealane.smb.session.SessionSetupRequest;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.ProtocolId;
import org.sealane.smb.wire.Smb2Header;

/**
 * SESSION_SETUP with SMB2_SESSION_FLAG_BINDING: one more channel for a session of another
 * connection, [MS-SMB2] 3.3.5.5. Owner thread.
 */
final class SessionBinding {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int COMMAND_OFFSET = 12;
  private static final int SESSION_ID_OFFSET = 40;

  /** Flags of SESSION_SETUP, behind its StructureSize. */
  private static final int SETUP_FLAGS_OFFSET = Smb2Header.LENGTH + 2;

  private final ConnectionEnvironment environment;
  private final SessionTable sessions;
  private final EventSink events;
  private final LongFunction<BindTarget> targets;

  /**
   * @param targets gives the session of an id as this connection finds it
   */
  SessionBinding(
      ConnectionEnvironment environment,
      SessionTable sessions,
      EventSink events,
      LongFunction<BindTarget> targets) {
    this.environment = environment;
    this.sessions = sessions;
    this.events = events;
    this.targets = targets;
  }

  /** True if a message says that it binds; nothing else of it was looked at. */
  static boolean isBinding(MemorySegment message) {
    return message.byteSize() > SETUP_FLAGS_OFFSET
        && ProtocolId.of(message) == ProtocolId.SMB2
        && message.get(U16, COMMAND_OFFSET) == Command.SESSION_SETUP.code()
        && (message.get(ValueLayout.JAVA_BYTE, SETUP_FLAGS_OFFSET)
                & SessionSetupRequest.FLAG_BINDING)
            != 0;
  }

  /** The session that a binding message names. */
  static long sessionId(MemorySegment message) {
    return message.get(U64, SESSION_ID_OFFSET);
  }

  /**
   * The channel that a binding request is about, made if it is the first. Its signature is verified
   * here: it is Session.SigningKey's, and this connection has no such session yet.
   *
   * @param connection what NEGOTIATE settled here
   * @param hash of NEGOTIATE, from which the channel's goes on
   */
  Session channel(Request request, NegotiatedConnection connection, PreauthIntegrityHash hash)
      throws Refusal {
    if (!environment.settings().multichannel()
        || !connection.dialect().isAtLeast(Dialect.SMB_3_0)) {
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    long sessionId = request.header().sessionId();
    Optional<Session> here = sessions.find(sessionId);
    if (here.filter(SessionBinding::isBeingBound).isPresent()) {
      requireSigned(request);
      verify(request, here.get().objects());
      return here.get();
    }
    Session first = target(sessionId);
    SessionObjects.Established established =
        first.objects().established().orElseThrow(() -> new Refusal(NtStatus.REQUEST_NOT_ACCEPTED));
    if (!isAlike(connection, established.connection())) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    requireSigned(request);
    if (!connection.peerGuid().equals(established.connection().peerGuid())) {
      throw new Refusal(NtStatus.USER_SESSION_DELETED);
    }
    if (!first.objects().isLive()) {
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    if (first.objects().isExpired()) {
      throw new Refusal(NtStatus.NETWORK_SESSION_EXPIRED);
    }
    if (here.isPresent()) {
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
    verify(request, first.objects());
    requireRoom(first.objects());
    Session channel = first.another(environment.mechanism().acceptor(environment.peer()), hash);
    sessions.add(channel);
    return channel;
  }

  private static boolean isBeingBound(Session session) {
    return session.bound().isPresent() && session.security().isEmpty();
  }

  private Session target(long sessionId) throws Refusal {
    return switch (targets.apply(sessionId)) {
      case BindTarget.Here(Session first) -> first;
      case BindTarget.Unknown _ -> throw new Refusal(NtStatus.USER_SESSION_DELETED);
      // Elsewhere: no client binds one connection to several sessions, or before others on it.
      case BindTarget.InProgress _, BindTarget.Elsewhere _ ->
          throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    };
  }

  /** Cipher keys and their use are the session's, so what they are used with must be the same. */
  private static boolean isAlike(NegotiatedConnection channel, NegotiatedConnection first) {
    return channel.dialect() == first.dialect()
        && channel.cipher().equals(first.cipher())
        && channel.signing() == first.signing()
        && AccessRules.canEncrypt(channel) == AccessRules.canEncrypt(first);
  }

  private static void requireSigned(Request request) throws Refusal {
    if (!request.header().has(HeaderFlags.SIGNED)) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
  }

  private void verify(Request request, SessionObjects session) throws Refusal {
    SessionObjects.Established established = session.established().orElseThrow();
    boolean right;
    try {
      right = established.security().keys().signer().verify(request.message());
    } catch (KeyUnavailableException e) {
      throw new Refusal(NtStatus.USER_SESSION_DELETED);
    }
    if (!right) {
      events.accept(
          new ServerEvent.TamperingSuspected(
              environment.connectionId(), environment.peer(), "wrong signature of a binding"));
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    // Another connection's MessageIds begin anew, and with AES-GMAC they are the key's nonces.
    if (established.connection().signing() == SigningAlgorithm.AES_GMAC
        && !session.takeBoundMessageId(request.header().messageId())) {
      throw new Refusal(NtStatus.REQUEST_NOT_ACCEPTED);
    }
  }

  /**
   * True if an answer to a binding's request may be signed with the session's key: with AES-GMAC
   * the answer to the session's own last SESSION_SETUP was, and all after it.
   */
  boolean maySign(Session channel, long messageId) {
    SessionObjects.Established first = channel.objects().established().orElseThrow();
    return first.connection().signing() != SigningAlgorithm.AES_GMAC
        || messageId < first.messageId();
  }

  private void requireRoom(SessionObjects session) throws Refusal {
    Limit reached = null;
    if (session.channelCount() >= environment.limit(Limit.CHANNELS_PER_SESSION)) {
      reached = Limit.CHANNELS_PER_SESSION;
    } else if (sessions.size() >= environment.limit(Limit.SESSIONS_PER_CONNECTION)) {
      reached = Limit.SESSIONS_PER_CONNECTION;
    }
    if (reached != null) {
      events.accept(
          new ServerEvent.LimitReached(
              environment.connectionId(),
              environment.peer(),
              reached.word(),
              environment.limit(reached)));
      throw new Refusal(NtStatus.INSUFFICIENT_RESOURCES);
    }
  }
}
