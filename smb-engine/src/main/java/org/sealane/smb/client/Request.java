package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageWriter;

/**
 * One request on its way. What it asks for is fixed; where it is belongs to {@link RequestFlow};
 * how it travelled is written once, by the thread that sends it.
 */
final class Request {

  /**
   * Where a request is.
   *
   * <pre>
   * NEW -> QUEUED -> SENT -> PENDING -> ABANDONED -> DONE
   * </pre>
   *
   * Any state may be skipped, none is entered twice.
   */
  enum State {
    NEW,
    /** Waits for credits. */
    QUEUED,
    /** Has its MessageId, and left or is leaving. */
    SENT,
    /** The server said that it is working on it. */
    PENDING,
    /** Nobody waits for its response any more; its MessageId is still taken. */
    ABANDONED,
    /** Answered, or never to be answered. */
    DONE
  }

  /**
   * What a request asks for.
   *
   * @param command the command
   * @param creditCharge credits it costs, at least 1
   * @param levelMin the weakest level at which it may travel, whatever its tree's gate says
   * @param body writes the body behind the header
   * @param payload follows the body; empty but for WRITE
   * @param payloadBytes bytes of the READ or WRITE, for counters
   * @param placed a payload that travels beside the message; it writes the body in {@code body}'s
   *     place
   */
  record Content(
      Command command,
      int creditCharge,
      Level levelMin,
      Consumer<MessageWriter> body,
      Optional<MemorySegment> payload,
      long payloadBytes,
      Optional<Placed> placed) {

    Content(
        Command command,
        int creditCharge,
        Level levelMin,
        Consumer<MessageWriter> body,
        Optional<MemorySegment> payload,
        long payloadBytes) {
      this(command, creditCharge, levelMin, body, payload, payloadBytes, Optional.empty());
    }

    /** A READ or WRITE whose payload is placed. */
    static Content placed(Command command, int creditCharge, long payloadBytes, Placed placed) {
      return new Content(
          command,
          creditCharge,
          Level.CLEAR,
          _ -> {},
          Optional.empty(),
          payloadBytes,
          Optional.of(placed));
    }

    /** True if the caller's bytes leave with it. */
    boolean carriesPayload() {
      return payload.isPresent() || placed.isPresent() && command == Command.WRITE;
    }

    /** A request of one credit and no payload. */
    static Content small(Command command, Level levelMin, Consumer<MessageWriter> body) {
      return new Content(command, 1, levelMin, body, Optional.empty(), 0);
    }

    /** A request without payload in itself, whose response or input may be large. */
    static Content charged(Command command, int creditCharge, Consumer<MessageWriter> body) {
      return new Content(command, creditCharge, Level.CLEAR, body, Optional.empty(), 0);
    }
  }

  /**
   * How a request travelled.
   *
   * @param level the level of its frame: a response must have at least this
   * @param pass given back when nothing of the request is left
   * @param sentNanos when it was handed to the transport
   */
  record Posting(Level level, Optional<TrafficGate.Pass> pass, long sentNanos) {}

  /** Who sends the CANCEL of a request: nothing can be cancelled before it was sent itself. */
  private enum Sending {
    /** Its frame is not with the transport. */
    NOT_YET,
    /** Nor is it, and whoever sends it is to send the CANCEL behind it. */
    TO_BE_CANCELLED,
    /** The transport has its frame. */
    SENT
  }

  private final RequestScope scope;
  private final Content content;
  private final ResponseHandler handler;
  private final AtomicBoolean settled = new AtomicBoolean();
  private final AtomicBoolean payloadReleased = new AtomicBoolean();
  private final AtomicReference<Sending> sending = new AtomicReference<>(Sending.NOT_YET);
  private volatile Optional<Posting> posting = Optional.empty();

  // These belong to RequestFlow.
  State state = State.NEW;
  long messageId;
  int creditRequest;
  OptionalLong asyncId = OptionalLong.empty();
  long deadlineNanos;

  Request(RequestScope scope, Content content, ResponseHandler handler) {
    this.scope = scope;
    this.content = content;
    this.handler = handler;
  }

  RequestScope scope() {
    return scope;
  }

  Content content() {
    return content;
  }

  Command command() {
    return content.command();
  }

  ResponseHandler handler() {
    return handler;
  }

  /** Empty until its frame is built. */
  Optional<Posting> posting() {
    return posting;
  }

  void posted(Posting how) {
    posting = Optional.of(how);
  }

  /** The transport has its frame. True if a CANCEL is to follow at once. */
  boolean sent() {
    return sending.getAndSet(Sending.SENT) == Sending.TO_BE_CANCELLED;
  }

  /** True if its CANCEL may be sent now; otherwise whoever sends the request sends it, too. */
  boolean mayCancel() {
    return !sending.compareAndSet(Sending.NOT_YET, Sending.TO_BE_CANCELLED)
        && sending.get() == Sending.SENT;
  }

  /** True for the one caller that may report the outcome. */
  boolean claim() {
    return settled.compareAndSet(false, true);
  }

  /** Reports a failure, unless an outcome was reported already. */
  void fail(ClientException failure) {
    if (claim()) {
      handler.onFailure(failure);
    }
  }

  /** Says that nothing reads the payload any more; repeated calls have no effect. */
  void releasePayload() {
    if (payloadReleased.compareAndSet(false, true)) {
      handler.onPayloadReleased();
    }
  }

  /** It was refused or given up before it had a MessageId: nothing of it will ever be sent. */
  void neverSent() {
    releasePayload();
    content.placed().ifPresent(Placed::discard);
  }

  /**
   * Gives back the pass: nothing of the request is left, once the rights that it gave the server
   * have ended too. To be called after it was posted, or while it will be.
   */
  void leave() {
    content
        .placed()
        .ifPresentOrElse(
            placed -> placed.withdraw().whenComplete((_, _) -> closePass()), this::closePass);
  }

  /** Ends the server's rights to a placed payload: nobody waits for the response any more. */
  void withdraw() {
    content.placed().ifPresent(Placed::withdraw);
  }

  private void closePass() {
    posting.flatMap(Posting::pass).ifPresent(TrafficGate.Pass::close);
  }
}
