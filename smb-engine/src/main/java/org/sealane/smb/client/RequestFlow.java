package org.sealane.smb.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which requests of a connection are where: waiting for credits, sent, pending, abandoned; and when
 * each has waited too long. The connection's state machine without bytes, keys, threads or clock:
 * every method takes the time it needs and returns what is to be done.
 *
 * <p>For one thread at a time; {@link ClientConnection} guards it with its lock.
 */
final class RequestFlow {
  /**
   * A request that the server works on may take so many times longer, in the manner of Windows,
   * which multiplies its session timeout by four after an interim response.
   */
  static final int PENDING_TIMEOUT_FACTOR = 4;

  private static final Advance NO_ADVANCE = new Advance(List.of(), List.of());

  private final CreditLedger credits;
  private final int queuedMax;
  private final long timeoutNanos;
  private final Map<Long, Request> sent = new HashMap<>();
  private final Deque<Request> queue = new ArrayDeque<>();

  RequestFlow(int creditsTarget, int queuedMax, long timeoutNanos) {
    this.credits = new CreditLedger(creditsTarget);
    this.queuedMax = queuedMax;
    this.timeoutNanos = timeoutNanos;
  }

  /** What is to be done with a new request. */
  enum Admission {
    /** It has its MessageId: send it now. */
    SEND,
    /** It waits for credits. */
    WAIT,
    /** Too many wait already: refuse it. */
    FULL,
    /** It costs more than all credits there are, and none are to come: refuse it. */
    UNAFFORDABLE
  }

  /** What an abandoned or expired request needs. */
  record Expiry(
      List<Request> unsent, List<Request> toCancel, Optional<Request> unansweredForGood) {}

  Admission offer(Request request, long nowNanos) {
    request.deadlineNanos = nowNanos + timeoutNanos;
    if (queue.isEmpty() && admit(request, nowNanos)) {
      return Admission.SEND;
    }
    if (sent.isEmpty() && queue.isEmpty()) {
      return Admission.UNAFFORDABLE;
    }
    if (queue.size() >= queuedMax) {
      return Admission.FULL;
    }
    request.state = Request.State.QUEUED;
    queue.add(request);
    return Admission.WAIT;
  }

  /** The request that a response with this id answers. */
  Optional<Request> find(long messageId) {
    return Optional.ofNullable(sent.get(messageId));
  }

  /**
   * Notes an interim response, [MS-SMB2] 3.2.5.1.5. False if it makes no sense: the request is
   * pending already under another id.
   */
  boolean pending(Request request, long asyncId, int creditsGranted, long nowNanos) {
    if (request.asyncId.isPresent()) {
      return request.asyncId.getAsLong() == asyncId;
    }
    request.asyncId = OptionalLong.of(asyncId);
    if (request.state == Request.State.SENT) {
      request.state = Request.State.PENDING;
      request.deadlineNanos = nowNanos + PENDING_TIMEOUT_FACTOR * timeoutNanos;
    }
    credits.grant(creditsGranted);
    return true;
  }

  /** Notes a final response. */
  void answered(Request request, int creditsGranted) {
    sent.remove(request.messageId);
    request.state = Request.State.DONE;
    credits.settle(request.content().creditCharge());
    credits.grant(creditsGranted);
  }

  /**
   * What credits that came do to the requests that wait.
   *
   * @param toSend can be sent now, in order
   * @param unaffordable can never be sent: they cost more than all credits there are, and no
   *     response is awaited that could bring more
   */
  record Advance(List<Request> toSend, List<Request> unaffordable) {}

  /** Takes out of the queue what needs to wait no longer. */
  Advance advance(long nowNanos) {
    if (queue.isEmpty()) {
      return NO_ADVANCE;
    }
    Advance advance = new Advance(new ArrayList<>(), new ArrayList<>());
    while (!queue.isEmpty()) {
      if (admit(queue.peek(), nowNanos)) {
        advance.toSend().add(queue.remove());
      } else if (sent.isEmpty()) {
        Request dropped = queue.remove();
        dropped.state = Request.State.DONE;
        advance.unaffordable().add(dropped);
      } else {
        break;
      }
    }
    return advance;
  }

  /**
   * Stops waiting for one request. True if it was sent and its CANCEL has to be sent; a request
   * that only waited is removed.
   */
  boolean abandon(Request request, long nowNanos) {
    return switch (request.state) {
      case QUEUED -> {
        queue.remove(request);
        request.state = Request.State.DONE;
        yield false;
      }
      case SENT, PENDING -> {
        request.state = Request.State.ABANDONED;
        request.deadlineNanos = nowNanos + timeoutNanos;
        yield true;
      }
      case NEW, ABANDONED, DONE -> false;
    };
  }

  /**
   * Takes out what has waited too long. A request that was cancelled and is still not answered
   * means that the server is gone.
   */
  Expiry expire(long nowNanos) {
    List<Request> unsent = new ArrayList<>();
    queue.removeIf(request -> {
      boolean expired = isExpired(request, nowNanos);
      if (expired) {
        request.state = Request.State.DONE;
        unsent.add(request);
      }
      return expired;
    });
    List<Request> toCancel = new ArrayList<>();
    Optional<Request> unanswered = Optional.empty();
    for (Request request : sent.values()) {
      if (isExpired(request, nowNanos)) {
        if (abandon(request, nowNanos)) {
          toCancel.add(request);
        } else {
          unanswered = Optional.of(request);
        }
      }
    }
    return new Expiry(unsent, toCancel, unanswered);
  }

  /** Takes out everything, as the connection is gone: the sent ones, then those that waited. */
  List<Request> drain() {
    List<Request> all = new ArrayList<>(sent.values());
    all.addAll(queue);
    sent.clear();
    queue.clear();
    return all;
  }

  /** Credits held or in use. */
  int creditsHeld() {
    return credits.held();
  }

  int underWay() {
    return sent.size();
  }

  int waiting() {
    return queue.size();
  }

  private boolean admit(Request request, long nowNanos) {
    int charge = request.content().creditCharge();
    OptionalLong messageId = credits.take(charge);
    if (messageId.isEmpty()) {
      return false;
    }
    request.messageId = messageId.getAsLong();
    request.creditRequest = credits.toAskFor(charge);
    request.state = Request.State.SENT;
    request.deadlineNanos = nowNanos + timeoutNanos;
    sent.put(request.messageId, request);
    return true;
  }

  private static boolean isExpired(Request request, long nowNanos) {
    return request.deadlineNanos - nowNanos <= 0;
  }
}
