package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.encryption.MessageOpener;
import org.sealane.smb.encryption.RejectedMessageException;
import org.sealane.smb.encryption.VerifiedMessage;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageIdWindow;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.ProtocolId;
import org.sealane.smb.wire.Smb2Header;

/**
 * The checks of a received frame before any of its requests is looked at, [MS-SMB2] 3.3.5.2:
 * decryption, compounding, message ids, signatures. Owner thread.
 */
final class FrameAdmission {

  /** What a frame is. */
  sealed interface Admission {
    /**
     * Its requests may be worked on, none if it held only CANCELs.
     *
     * @param cancels verified CANCEL requests
     * @param memory gives back the memory that all of them lie in; to be run exactly once
     * @param encrypted whether the frame came sealed
     * @param security whose keys opened the frame or verified its first signature
     */
    record Admitted(
        List<Request> requests,
        List<Smb2Header> cancels,
        Runnable memory,
        boolean encrypted,
        Optional<SessionSecurity> security)
        implements Admission {}

    /** It breaks a rule whose breach ends the connection. */
    record Violation(String what) implements Admission {}

    /** As a violation, and someone may have changed bytes in flight or tried a downgrade. */
    record Tampering(String evidence) implements Admission {}

    /** It is SMB1. */
    record Smb1() implements Admission {}
  }

  /** A frame's messages in the clear. */
  private record Opened(MemorySegment bytes, Runnable memory, Optional<SessionSecurity> sealedBy) {}

  /** Ends the reading of a frame. Carries no stack: a hostile peer decides how often it flies. */
  private static final class Rejection extends Exception {
    private final transient Admission admission;

    Rejection(Admission admission) {
      super(null, null, false, false);
      this.admission = admission;
    }

    static Rejection violation(String what) {
      return new Rejection(new Admission.Violation(what));
    }

    static Rejection tampering(String evidence) {
      return new Rejection(new Admission.Tampering(evidence));
    }
  }

  private final ConnectionEnvironment environment;
  private final SessionTable sessions;
  private final MessageIdWindow window;
  private final EventSink events;
  private boolean smb1Taken;

  FrameAdmission(
      ConnectionEnvironment environment,
      SessionTable sessions,
      MessageIdWindow window,
      EventSink events) {
    this.environment = environment;
    this.sessions = sessions;
    this.window = window;
    this.events = events;
  }

  /**
   * Takes over the frame.
   *
   * @param negotiated whether NEGOTIATE has succeeded on this connection
   */
  Admission admit(InboundFrame frame, boolean negotiated) {
    if (ProtocolId.of(frame.bytes()) == ProtocolId.SMB1) {
      return admitSmb1(frame, negotiated);
    }
    Opened opened;
    try {
      opened = open(frame, negotiated);
    } catch (Rejection rejection) {
      frame.close();
      return rejection.admission;
    }
    List<Request> requests = new ArrayList<>(1);
    try {
      return admit(opened, negotiated, requests);
    } catch (Rejection rejection) {
      requests.forEach(Request::leaveGate);
      opened.memory().run();
      return rejection.admission;
    }
  }

  /** [MS-SMB2] 3.3.5.3: once, and first, SMB1's NEGOTIATE stands for one of SMB2. */
  private Admission admitSmb1(InboundFrame frame, boolean negotiated) {
    if (negotiated || smb1Taken || !environment.settings().access().answersMultiProtocol()) {
      frame.close();
      return new Admission.Smb1();
    }
    smb1Taken = true;
    window.consume(0, 1);
    Smb2Header header =
        new Smb2Header(0, NtStatus.SUCCESS, Command.NEGOTIATE.code(), 1, 0, 0, 0, 0, 0);
    int promised = window.promise(1, environment.limit(Limit.CREDITS_UNAUTHENTICATED));
    Request request = new Request(header, frame.bytes(), Level.CLEAR, promised, Optional.empty());
    return new Admission.Admitted(
        List.of(request), List.of(), frame::close, false, Optional.empty());
  }

  /** [MS-SMB2] 3.3.5.2, 3.3.5.2.1.1. Throws with the frame still the caller's. */
  private Opened open(InboundFrame frame, boolean negotiated) throws Rejection {
    MemorySegment bytes = frame.bytes();
    return switch (ProtocolId.of(bytes)) {
      case SMB2 -> new Opened(bytes, frame::close, Optional.empty());
      case TRANSFORM -> {
        if (!negotiated) {
          throw Rejection.violation("encrypted message before NEGOTIATE");
        }
        yield decrypt(frame);
      }
      case COMPRESSION -> throw Rejection.violation("compressed message, compression not agreed");
      case SMB1 -> throw new IllegalStateException("SMB1 is looked at before");
      case UNKNOWN -> throw Rejection.violation("frame that is not SMB2");
    };
  }

  private Opened decrypt(InboundFrame frame) throws Rejection {
    try {
      long sessionId = MessageOpener.sessionId(frame.bytes());
      SessionSecurity security =
          sessions
              .find(sessionId)
              .flatMap(Session::security)
              .filter(found -> found.keys().canSeal())
              .orElseThrow(() -> Rejection.violation("encrypted message of no session"));
      FramePool.Buffer plaintext =
          environment.pool().borrow((int) MessageOpener.plaintextLength(frame.bytes()));
      try {
        VerifiedMessage message =
            security
                .keys()
                .opener()
                .open(frame.bytes(), frame.spareTailBytes(), plaintext.segment());
        requirePlainSmb2(message.bytes());
      } catch (Rejection | RejectedMessageException | KeyUnavailableException e) {
        plaintext.close();
        throw e;
      }
      security.proven();
      frame.close();
      return new Opened(plaintext.segment(), plaintext::close, Optional.of(security));
    } catch (RejectedMessageException e) {
      throw switch (e.reason()) {
        case TAG -> Rejection.tampering("message does not decrypt");
        case MALFORMED, SESSION, NESTED -> Rejection.violation(e.getMessage());
      };
    } catch (KeyUnavailableException e) {
      throw Rejection.violation(e.getMessage());
    }
  }

  private static void requirePlainSmb2(MemorySegment message) throws Rejection {
    if (ProtocolId.of(message) != ProtocolId.SMB2) {
      throw Rejection.violation("encrypted message holds no SMB2 message");
    }
  }

  private Admission admit(Opened opened, boolean negotiated, List<Request> requests)
      throws Rejection {
    List<CompoundReader.Message> messages = split(opened.bytes());
    List<Smb2Header> cancels = new ArrayList<>(0);
    Optional<Session> previousSession = Optional.empty();
    Optional<SessionSecurity> security = opened.sealedBy();
    boolean first = true;
    for (CompoundReader.Message message : messages) {
      Smb2Header header = message.header();
      requireRequest(header, negotiated, messages.size());
      boolean related = header.has(HeaderFlags.RELATED_OPERATIONS) && !first;
      Optional<Session> session = related ? previousSession : sessions.find(header.sessionId());
      if (opened.sealedBy().isPresent()) {
        requireSealedSession(header, opened.sealedBy().get(), first, related);
      }
      boolean cancel = header.command() == Command.CANCEL.code();
      if (!cancel) {
        consumeIds(header);
      }
      Optional<NtStatus> refusal =
          opened.sealedBy().isPresent() ? Optional.empty() : verify(message, session, first);
      if (cancel) {
        if (refusal.isEmpty()) {
          cancels.add(header);
        }
      } else {
        Request request = request(message, opened, refusal);
        requests.add(request);
        if (security.isEmpty() && request.level() == Level.SIGN) {
          security = session.flatMap(Session::security);
        }
        enterGate(requests, session, related);
      }
      previousSession = session;
      first = false;
    }
    return new Admission.Admitted(
        requests, cancels, opened.memory(), opened.sealedBy().isPresent(), security);
  }

  private List<CompoundReader.Message> split(MemorySegment bytes) throws Rejection {
    List<CompoundReader.Message> messages;
    try {
      messages = CompoundReader.split(bytes);
    } catch (MalformedMessageException e) {
      throw Rejection.violation(e.getMessage());
    }
    if (messages.size() > environment.limit(Limit.COMPOUND_MESSAGES)) {
      throw Rejection.violation(
          messages.size()
              + " messages in a compound, limit "
              + environment.limit(Limit.COMPOUND_MESSAGES));
    }
    return messages;
  }

  private static void requireRequest(Smb2Header header, boolean negotiated, int messages)
      throws Rejection {
    if (header.isResponse()) {
      throw Rejection.violation("a response was sent to the server");
    }
    boolean negotiate = header.command() == Command.NEGOTIATE.code();
    if (negotiate && negotiated) {
      // [MS-SMB2] 3.3.5.4: "the server MUST disconnect the connection".
      throw Rejection.tampering("NEGOTIATE repeated");
    }
    if (!negotiated && (!negotiate || messages > 1)) {
      throw Rejection.violation("request before NEGOTIATE");
    }
  }

  /** [MS-SMB2] 3.3.5.2.1.1: members of a sealed chain belong to the session that sealed it. */
  private static void requireSealedSession(
      Smb2Header header, SessionSecurity sealedBy, boolean first, boolean related)
      throws Rejection {
    if (first && header.has(HeaderFlags.RELATED_OPERATIONS)) {
      throw Rejection.violation("encrypted chain starts with a related request");
    }
    if (!related && header.sessionId() != sealedBy.sessionId()) {
      throw Rejection.violation("encrypted message names another session than its envelope");
    }
  }

  private void consumeIds(Smb2Header header) throws Rejection {
    MessageIdWindow.Verdict verdict = window.consume(header.messageId(), header.creditCharge());
    switch (verdict) {
      case ACCEPTED -> {}
      case USED, NOT_GRANTED ->
          throw Rejection.violation(
              "MessageId %d with CreditCharge %d: %s"
                  .formatted(header.messageId(), header.creditCharge(), verdict));
    }
  }

  /** [MS-SMB2] 3.3.5.2.4. Gives the status to refuse with. */
  private Optional<NtStatus> verify(
      CompoundReader.Message message, Optional<Session> session, boolean first) throws Rejection {
    if (first && message.header().has(HeaderFlags.RELATED_OPERATIONS)) {
      // [MS-SMB2] 3.3.5.2.7.2: there is nothing it could continue, whatever session it names.
      return Optional.of(NtStatus.INVALID_PARAMETER);
    }
    if (!message.header().has(HeaderFlags.SIGNED) || isBinding(message)) {
      return Optional.empty();
    }
    if (message.header().command() == Command.NEGOTIATE.code()) {
      return Optional.of(NtStatus.INVALID_PARAMETER);
    }
    if (session.isEmpty()) {
      return Optional.of(NtStatus.USER_SESSION_DELETED);
    }
    Optional<SessionSecurity> security = session.get().security();
    if (security.isEmpty()) {
      return Optional.of(NtStatus.NOT_SUPPORTED);
    }
    boolean right;
    try {
      right = security.get().keys().signer().verify(message.bytes());
    } catch (KeyUnavailableException e) {
      throw Rejection.violation(e.getMessage());
    }
    if (right) {
      security.get().proven();
      return Optional.empty();
    }
    if (!security.get().isProven()) {
      // Both sides derived their keys from all of NEGOTIATE and SESSION_SETUP.
      throw Rejection.tampering("first signed message does not fit the session's keys");
    }
    events.accept(
        new ServerEvent.TamperingSuspected(
            environment.connectionId(), environment.peer(), "wrong signature"));
    return Optional.of(NtStatus.ACCESS_DENIED);
  }

  /** Whose signature is by another connection's key, which {@link SessionBinding} looks at. */
  private static boolean isBinding(CompoundReader.Message message) {
    return SessionBinding.isBinding(message.bytes());
  }

  private Request request(
      CompoundReader.Message message, Opened opened, Optional<NtStatus> refusal) {
    Level level = Level.CLEAR;
    if (opened.sealedBy().isPresent()) {
      level = Level.ENCRYPT;
    } else if (message.header().has(HeaderFlags.SIGNED)
        && refusal.isEmpty()
        && !isBinding(message)) {
      level = Level.SIGN;
    }
    int holdMax =
        environment.limit(sessions.hasLive() ? Limit.CREDITS : Limit.CREDITS_UNAUTHENTICATED);
    int promised = window.promise(message.header().credits(), holdMax);
    return new Request(message.header(), message.bytes(), level, promised, refusal);
  }

  /**
   * Counts the newest request on its tree's gate already now, if the tree can be known: a
   * compound's later requests wait for the earlier ones, and must not be invisible meanwhile.
   */
  private static void enterGate(
      List<Request> requests, Optional<Session> session, boolean related) {
    Request request = requests.getLast();
    if (related && requests.size() > 1) {
      requests.get(requests.size() - 2).gate().ifPresent(request::enter);
      return;
    }
    session
        .filter(Session::isLive)
        .flatMap(valid -> valid.tree(request.header().treeId()))
        .ifPresent(tree -> request.enter(tree.gate()));
  }
}
