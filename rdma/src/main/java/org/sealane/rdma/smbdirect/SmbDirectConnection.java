package org.sealane.rdma.smbdirect;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/**
 * One SMB Direct connection, [MS-SMBD] 3.1: negotiation, credits, fragments and keepalive, in
 * either role. The caller moves the bytes: it posts receives and says so, hands in what arrived,
 * and asks what to send. Times are nanoseconds of any one clock.
 *
 * <p>States: {@code NEGOTIATING -> ESTABLISHED -> CLOSED}, or at once to {@code CLOSED}.
 */
public final class SmbDirectConnection {
  /** Which side it is. */
  public enum Role {
    INITIATOR,
    ACCEPTOR
  }

  /** Where it stands. */
  public enum State {
    NEGOTIATING,
    ESTABLISHED,
    CLOSED
  }

  private enum Keepalive {
    /** Nothing is asked. */
    NONE,
    /** The next message asks. */
    PENDING,
    /** Asked, not answered. */
    SENT
  }

  private static final int CREDITS_MAX = 0xFFFF;

  private final Role role;
  private final SmbDirectLimits limits;
  private State state = State.NEGOTIATING;
  private Keepalive keepalive = Keepalive.NONE;
  private long deadlineNanos;

  private int maxSendSize;
  private int maxReceiveSize;
  private long maxFragmentedSendSize;
  private long maxReadWriteSize;

  private int sendCredits;
  private int receiveCredits;
  private int receiveCreditTarget;
  private int ungranted;
  private boolean answerWanted;

  /** Messages to send; the first may be sent in part. */
  private final Deque<Long> unsent = new ArrayDeque<>();

  private long sentOfFirst;
  private long frameBytesMax;
  private long expectedBytes;

  /** What a received message means to the caller. */
  public sealed interface Received {
    /** Send this, then close if the status in it is not success. */
    record Answer(NegotiateResponse response) implements Received {}

    /** The initiator's negotiation is done. */
    record Established() implements Received {}

    /**
     * A part of a message.
     *
     * @param data within what was handed in
     * @param restBytes what follows of the message
     * @param isFirst whether it begins a message
     */
    record Fragment(MemorySegment data, long restBytes, boolean isFirst) implements Received {}

    /** Credits or a sign of life. */
    record Nothing() implements Received {}

    /** The peer broke a rule: the connection is closed. */
    record Violation(String reason) implements Received {}
  }

  /**
   * A message to send.
   *
   * @param header its header
   * @param fragmentOffset where its data begins in the first message of those queued
   * @param isLast whether that message is all sent with it
   */
  public record Outgoing(DataTransfer header, long fragmentOffset, boolean isLast) {}

  /**
   * @param nowNanos the time; negotiation must be done by {@link #deadlineNanos}
   */
  public SmbDirectConnection(Role role, SmbDirectLimits limits, long nowNanos) {
    this.role = role;
    this.limits = limits;
    this.maxReceiveSize = limits.maxReceiveSize();
    this.frameBytesMax = limits.maxFragmentedReceiveSize();
    this.deadlineNanos = nowNanos + limits.negotiateTimeout().toNanos();
  }

  public State state() {
    return state;
  }

  /** The initiator's first message. */
  public NegotiateRequest request() {
    if (role != Role.INITIATOR) {
      throw new IllegalStateException("the acceptor sends no request");
    }
    return new NegotiateRequest(
        SmbDirectLimits.VERSION,
        SmbDirectLimits.VERSION,
        limits.sendCreditTarget(),
        limits.maxSendSize(),
        limits.maxReceiveSize(),
        limits.maxFragmentedReceiveSize());
  }

  /** Bytes of the longest reassembled message taken from now on, within what was negotiated. */
  public void frameLimit(long bytes) {
    frameBytesMax = Math.min(bytes, limits.maxFragmentedReceiveSize());
  }

  /** Bytes of the longest RDMA READ or WRITE; once established. */
  public long maxReadWriteSize() {
    return maxReadWriteSize;
  }

  /** Bytes of the longest message that the peer takes; once established. */
  public long maxFragmentedSendSize() {
    return maxFragmentedSendSize;
  }

  public int maxSendSize() {
    return maxSendSize;
  }

  public int maxReceiveSize() {
    return maxReceiveSize;
  }

  public int sendCredits() {
    return sendCredits;
  }

  /** Receives that the peer may fill. */
  public int receiveCredits() {
    return receiveCredits;
  }

  /** One message arrived. It is not kept. */
  public Received onReceived(MemorySegment message, long nowNanos) {
    try {
      return switch (state) {
        case NEGOTIATING ->
            role == Role.ACCEPTOR ? onRequest(message, nowNanos) : onResponse(message, nowNanos);
        case ESTABLISHED -> onData(message, nowNanos);
        case CLOSED -> violation("a message after the end");
      };
    } catch (MalformedMessageException e) {
      return violation(e.getMessage());
    }
  }

  /** [MS-SMBD] 3.1.5.6. */
  private Received onRequest(MemorySegment message, long nowNanos)
      throws MalformedMessageException {
    NegotiateRequest request = NegotiateRequestCodec.decode(message);
    if (request.minVersion() > SmbDirectLimits.VERSION
        || request.maxVersion() < SmbDirectLimits.VERSION) {
      state(State.CLOSED);
      return new Received.Answer(response(NtStatus.NOT_SUPPORTED.code(), 0));
    }
    Optional<String> broken =
        brokenFloor(
            request.creditsRequested(), request.maxReceiveSize(), request.maxFragmentedSize());
    if (broken.isPresent()) {
      return violation(broken.get());
    }
    maxReceiveSize =
        (int)
            Math.max(
                SmbDirectLimits.MAX_RECEIVE_SIZE_FLOOR,
                Math.min(limits.maxReceiveSize(), request.preferredSendSize()));
    maxSendSize = (int) Math.min(limits.maxSendSize(), request.maxReceiveSize());
    maxFragmentedSendSize = request.maxFragmentedSize();
    maxReadWriteSize = limits.maxReadWriteSize();
    target(request.creditsRequested());
    // The receives are posted before the answer leaves: the caller does what it says.
    receiveCredits = receiveCreditTarget;
    establish(nowNanos);
    return new Received.Answer(response(NtStatus.SUCCESS.code(), receiveCredits));
  }

  private NegotiateResponse response(int status, int granted) {
    return new NegotiateResponse(
        SmbDirectLimits.VERSION,
        SmbDirectLimits.VERSION,
        SmbDirectLimits.VERSION,
        limits.sendCreditTarget(),
        granted,
        status,
        limits.maxReadWriteSize(),
        maxSendSize,
        maxReceiveSize,
        limits.maxFragmentedReceiveSize());
  }

  /** [MS-SMBD] 3.1.5.7. */
  private Received onResponse(MemorySegment message, long nowNanos)
      throws MalformedMessageException {
    NegotiateResponse response = NegotiateResponseCodec.decode(message);
    if (response.status() != NtStatus.SUCCESS.code()) {
      return violation("the acceptor answered 0x%08x".formatted(response.status()));
    }
    if (response.negotiatedVersion() != SmbDirectLimits.VERSION) {
      return violation("version 0x%04x".formatted(response.negotiatedVersion()));
    }
    Optional<String> broken =
        brokenFloor(
            response.creditsRequested(), response.maxReceiveSize(), response.maxFragmentedSize());
    if (broken.isPresent()) {
      return violation(broken.get());
    }
    if (response.creditsGranted() == 0) {
      return violation("CreditsGranted is 0");
    }
    if (response.preferredSendSize() > limits.maxReceiveSize()) {
      return violation("PreferredSendSize " + response.preferredSendSize());
    }
    maxSendSize = (int) Math.min(limits.maxSendSize(), response.maxReceiveSize());
    maxFragmentedSendSize = response.maxFragmentedSize();
    maxReadWriteSize = Math.min(limits.maxReadWriteSize(), response.maxReadWriteSize());
    sendCredits = response.creditsGranted();
    target(response.creditsRequested());
    establish(nowNanos);
    return new Received.Established();
  }

  private static Optional<String> brokenFloor(
      int creditsRequested, long maxReceiveSize, long maxFragmentedSize) {
    if (creditsRequested == 0) {
      return Optional.of("CreditsRequested is 0");
    }
    if (maxReceiveSize < SmbDirectLimits.MAX_RECEIVE_SIZE_FLOOR) {
      return Optional.of("MaxReceiveSize is " + maxReceiveSize);
    }
    if (maxFragmentedSize < SmbDirectLimits.MAX_FRAGMENTED_SIZE_FLOOR) {
      return Optional.of("MaxFragmentedSize is " + maxFragmentedSize);
    }
    return Optional.empty();
  }

  private void establish(long nowNanos) {
    state(State.ESTABLISHED);
    heard(nowNanos);
  }

  /** [MS-SMBD] 3.1.5.8. */
  private Received onData(MemorySegment message, long nowNanos) throws MalformedMessageException {
    if (receiveCredits == 0) {
      return violation("a message without a credit");
    }
    if (message.byteSize() > maxReceiveSize) {
      return violation("a message of " + message.byteSize() + " bytes");
    }
    DataTransfer header = DataTransferCodec.decode(message);
    receiveCredits--;
    if (sendCredits + header.creditsGranted() > CREDITS_MAX) {
      return violation("more credits than a message can grant");
    }
    sendCredits += header.creditsGranted();
    target(header.creditsRequested());
    heard(nowNanos);
    answerWanted |= header.responseRequested();
    if (header.dataLength() == 0) {
      return new Received.Nothing();
    }
    boolean isFirst = expectedBytes == 0;
    long restAndThis = header.dataLength() + header.remainingDataLength();
    if (isFirst && restAndThis > frameBytesMax) {
      return violation("a message of " + restAndThis + " bytes; at most " + frameBytesMax);
    }
    // Stricter than the specification, which looks at the first fragment's number only.
    if (!isFirst && restAndThis != expectedBytes) {
      return violation(restAndThis + " bytes left where " + expectedBytes + " were expected");
    }
    expectedBytes = header.remainingDataLength();
    return new Received.Fragment(
        message.asSlice(header.dataOffset(), header.dataLength()), expectedBytes, isFirst);
  }

  private void target(int requested) {
    receiveCreditTarget =
        Math.clamp(requested, SmbDirectLimits.CREDITS_FLOOR, limits.receiveCreditMax());
  }

  private Received violation(String reason) {
    close();
    return new Received.Violation(reason);
  }

  /** How many receives to post now, [MS-SMBD] 3.1.5.9; tell with {@link #onPosted}. */
  public int receivesWanted() {
    return state == State.ESTABLISHED
        ? Math.max(0, receiveCreditTarget - receiveCredits - ungranted)
        : 0;
  }

  /** That many receives were posted, beyond those that a {@link Received.Answer} grants. */
  public void onPosted(int receives) {
    ungranted += receives;
  }

  /**
   * Queues a message of that many bytes.
   *
   * @throws IllegalArgumentException if the peer does not take one as long
   */
  public void queue(long bytes) {
    if (bytes < 1 || bytes > maxFragmentedSendSize) {
      throw new IllegalArgumentException(
          "a message of " + bytes + " bytes; the peer takes " + maxFragmentedSendSize);
    }
    unsent.add(bytes);
  }

  /** The next message to send, if there is one and the credits allow it. It counts as sent. */
  public Optional<Outgoing> poll() {
    // [MS-SMBD] 3.1.5.1: the last credit is for a message that grants some.
    if (state != State.ESTABLISHED || sendCredits == 0 || sendCredits == 1 && ungranted == 0) {
      return Optional.empty();
    }
    if (unsent.isEmpty()) {
      if (!answerWanted && keepalive != Keepalive.PENDING && !isGrantDue()) {
        return Optional.empty();
      }
      return Optional.of(new Outgoing(header(0, 0), 0, false));
    }
    long message = unsent.getFirst();
    long data = Math.min(message - sentOfFirst, maxSendSize - DataTransfer.DATA_OFFSET);
    long offset = sentOfFirst;
    sentOfFirst += data;
    long rest = message - sentOfFirst;
    if (rest == 0) {
      unsent.removeFirst();
      sentOfFirst = 0;
    }
    return Optional.of(new Outgoing(header(data, rest), offset, rest == 0));
  }

  /**
   * Whether credits are granted by a message of their own. Not one by one: the answer to such a
   * message would be another, without end.
   */
  private boolean isGrantDue() {
    return ungranted >= Math.max(2, receiveCreditTarget / 2);
  }

  private DataTransfer header(long data, long rest) {
    boolean ask = keepalive == Keepalive.PENDING;
    if (ask) {
      keepalive = Keepalive.SENT;
    }
    answerWanted = false;
    sendCredits--;
    receiveCredits += ungranted;
    DataTransfer header =
        new DataTransfer(
            limits.sendCreditTarget(),
            ungranted,
            ask,
            rest,
            data == 0 ? 0 : DataTransfer.DATA_OFFSET,
            data);
    ungranted = 0;
    return header;
  }

  private void heard(long nowNanos) {
    keepalive = Keepalive.NONE;
    deadlineNanos = nowNanos + limits.keepaliveInterval().toNanos();
  }

  /** When {@link #onTimeout} is to be called. */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  /**
   * The deadline has passed, [MS-SMBD] 3.1.6: asks the peer for a sign of life, or closes.
   *
   * @return why it closed
   */
  public Optional<String> onTimeout(long nowNanos) {
    if (nowNanos - deadlineNanos < 0 || state == State.CLOSED) {
      return Optional.empty();
    }
    if (state == State.NEGOTIATING) {
      close();
      return Optional.of("SMB Direct was not negotiated in time");
    }
    if (keepalive != Keepalive.NONE) {
      close();
      return Optional.of("the peer gave no sign of life");
    }
    keepalive = Keepalive.PENDING;
    deadlineNanos = nowNanos + limits.keepaliveResponse().toNanos();
    return Optional.empty();
  }

  /** Nothing is sent or taken any more. */
  public void close() {
    state(State.CLOSED);
  }

  private void state(State next) {
    if (next.compareTo(state) > 0) {
      state = next;
    }
  }
}
