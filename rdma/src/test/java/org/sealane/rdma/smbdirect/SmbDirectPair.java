package org.sealane.rdma.smbdirect;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Both sides of a connection, and the wire between them as two queues. */
final class SmbDirectPair {
  /** One side with what it has to send and what it got. */
  static final class Side {
    final SmbDirectConnection core;
    final Deque<MemorySegment> wire = new ArrayDeque<>();
    final Deque<byte[]> unsent = new ArrayDeque<>();
    final List<byte[]> delivered = new ArrayList<>();
    final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    int messagesSent;
    int posted;

    Side(SmbDirectConnection core) {
      this.core = core;
    }

    void send(byte[] message) {
      core.queue(message.length);
      unsent.add(message);
    }

    /** Posts what is wanted and sends all that may be sent. */
    void pump() {
      int wanted = core.receivesWanted();
      posted += wanted;
      core.onPosted(wanted);
      for (Optional<SmbDirectConnection.Outgoing> next = core.poll();
          next.isPresent();
          next = core.poll()) {
        messagesSent++;
        DataTransfer header = next.get().header();
        MemorySegment message = MemorySegment.ofArray(new byte[header.messageBytes()]);
        DataTransferCodec.encode(header, message);
        if (header.dataLength() > 0) {
          MemorySegment.copy(
              MemorySegment.ofArray(unsent.getFirst()),
              next.get().fragmentOffset(),
              message,
              header.dataOffset(),
              header.dataLength());
          if (next.get().isLast()) {
            unsent.removeFirst();
          }
        }
        wire.add(message);
      }
    }

    SmbDirectConnection.Received receive(MemorySegment message, long now) {
      posted--;
      SmbDirectConnection.Received received = core.onReceived(message, now);
      if (received
          instanceof
          SmbDirectConnection.Received.Fragment(MemorySegment data, long rest, boolean first)) {
        if (first) {
          partial.reset();
        }
        partial.writeBytes(data.toArray(ValueLayout.JAVA_BYTE));
        if (rest == 0) {
          delivered.add(partial.toByteArray());
        }
      }
      return received;
    }
  }

  final Side initiator;
  final Side acceptor;

  SmbDirectPair(SmbDirectLimits limitsOfInitiator, SmbDirectLimits limitsOfAcceptor) {
    initiator =
        new Side(new SmbDirectConnection(SmbDirectConnection.Role.INITIATOR, limitsOfInitiator, 0));
    acceptor =
        new Side(new SmbDirectConnection(SmbDirectConnection.Role.ACCEPTOR, limitsOfAcceptor, 0));
  }

  static SmbDirectLimits limits(int credits) {
    return new SmbDirectLimits(
        credits,
        credits,
        1364,
        8192,
        1 << 20,
        8 << 20,
        Duration.ofSeconds(120),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5));
  }

  static SmbDirectPair established(int credits) {
    SmbDirectPair pair = new SmbDirectPair(limits(credits), limits(credits));
    pair.negotiate();
    return pair;
  }

  void negotiate() {
    acceptor.posted = 1;
    initiator.posted = 1;
    SmbDirectConnection.Received.Answer answer =
        (SmbDirectConnection.Received.Answer)
            acceptor.receive(NegotiateRequestCodec.encode(initiator.core.request()), 0);
    acceptor.posted += answer.response().creditsGranted();
    SmbDirectConnection.Received received =
        initiator.receive(NegotiateResponseCodec.encode(answer.response()), 0);
    if (!(received instanceof SmbDirectConnection.Received.Established)) {
      throw new IllegalStateException("not established: " + received);
    }
  }

  /** Runs both sides until nothing moves; returns how many messages were taken. */
  int settle(long now) {
    int taken = 0;
    for (int i = 0; i < 100_000; i++) {
      initiator.pump();
      acceptor.pump();
      boolean moved = hand(initiator, acceptor, now) | hand(acceptor, initiator, now);
      if (!moved) {
        return taken;
      }
      taken++;
    }
    throw new IllegalStateException("the two sides never rest");
  }

  private static boolean hand(Side from, Side to, long now) {
    MemorySegment message = from.wire.poll();
    if (message == null) {
      return false;
    }
    if (to.posted == 0) {
      throw new IllegalStateException("a message without a posted receive");
    }
    SmbDirectConnection.Received received = to.receive(message, now);
    if (received instanceof SmbDirectConnection.Received.Violation(String reason)) {
      throw new IllegalStateException(reason);
    }
    return true;
  }
}
