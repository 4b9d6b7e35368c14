package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.client.OpenTest.content;
import static org.sealane.smb.client.OpenTest.replyRead;
import static org.sealane.smb.client.SessionSetupTest.failureOf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CompoundWriter;
import org.sealane.smb.wire.ErrorResponse;
import org.sealane.smb.wire.ErrorResponseCodec;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/** Order, credits, time and loss of requests, against a scripted server. */
class RequestsTest {
  private final ScriptedServer server = new ScriptedServer();
  private final CountingGate gate = new CountingGate(Level.SIGN);
  private final ClientOpen open = server.open(gate);

  @AfterEach
  void everythingIsGivenBack() {
    server.connection.close("test is over");
    server.transport.reportClose();
    assertThat(server.pool.outstandingBytes()).isZero();
    assertThat(gate.open).isZero();
    assertThat(server.connection.closed().toCompletableFuture()).isCompleted();
  }

  private CompletableFuture<Integer> read() {
    return open.read(0, MemorySegment.ofArray(new byte[10]));
  }

  @Test
  void shouldMatchResponsesThatComeOutOfOrder() {
    CompletableFuture<Integer> first = read();
    CompletableFuture<Integer> second = read();
    ScriptedServer.Received firstRequest = server.receive();
    ScriptedServer.Received secondRequest = server.receive();
    replyRead(server, secondRequest, content(2));
    assertThat(second).isCompletedWithValue(2);
    assertThat(first).isNotDone();
    replyRead(server, firstRequest, content(1));
    assertThat(first).isCompletedWithValue(1);
  }

  @Test
  void shouldUnderstandResponsesThatComeCompounded() {
    CompletableFuture<Integer> first = read();
    CompletableFuture<Integer> second = read();
    List<MessageWriter> responses = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      MessageWriter out = new MessageWriter();
      Smb2HeaderCodec.encode(
          ScriptedServer.header(server.receive().header(), NtStatus.SUCCESS, 1), out);
      ReadResponseCodec.encode(ReadResponse.inline(i + 3), out);
      out.bytes(ReadResponse.PAYLOAD_OFFSET, content(i + 3));
      responses.add(out);
    }
    MessageWriter frame = new MessageWriter();
    for (MemorySegment message : CompoundWriter.link(responses)) {
      ScriptedServer.decode(() -> {
        server.keys.orElseThrow().signer().sign(List.of(message));
        return message;
      });
      frame.bytes(frame.length(), message);
    }
    server.transport.deliver(frame.written().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    assertThat(first).isCompletedWithValue(3);
    assertThat(second).isCompletedWithValue(4);
  }

  @Test
  void shouldQueueWhenCreditsRunOutAndRefuseWhenTheQueueIsFull() {
    List<CompletableFuture<Integer>> reads = new ArrayList<>();
    while (server.connection.requestsWaiting() < server.connection.settings().queuedRequestsMax()) {
      reads.add(read());
    }
    int sent = server.transport.framesSent();
    assertThat(sent).isEqualTo(server.connection.requestsUnderWay());
    CompletableFuture<Integer> refused = read();
    assertThat(failureOf(refused)).isInstanceOf(ClientException.LimitReached.class);
    assertThat(gate.open).isEqualTo(sent);

    server.reply(server.receive(), NtStatus.END_OF_FILE, 0, RequestsTest::error);
    assertThat(server.transport.framesSent()).isEqualTo(sent - 1);
    server.reply(server.receive(), NtStatus.END_OF_FILE, 3, RequestsTest::error);
    assertThat(server.transport.framesSent()).isEqualTo(sent + 1);
    while (server.transport.hasSent()) {
      replyRead(server, server.receive(), content(1));
    }
    assertThat(reads).allMatch(CompletableFuture::isDone);
    assertThat(server.connection.requestsWaiting()).isZero();
  }

  private static void error(MessageWriter out) {
    ErrorResponseCodec.encode(ErrorResponse.EMPTY, out);
  }

  @Test
  void shouldFailARequestThatTheServersCreditsCanNeverPay() {
    CompletableFuture<Void> small = open.write(0, MemorySegment.ofArray(content(1)), false);
    CompletableFuture<Void> large = open.write(0, MemorySegment.ofArray(content(2 << 20)), false);
    List<CompletableFuture<Void>> many = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      many.add(open.write(0, MemorySegment.ofArray(content(2 << 20)), false));
    }
    while (server.transport.hasSent()) {
      server.reply(server.receive(), NtStatus.DISK_FULL, 0, RequestsTest::error);
    }
    assertThat(small).isCompletedExceptionally();
    assertThat(large).isCompletedExceptionally();
    assertThat(failureOf(many.getLast())).isInstanceOf(ClientException.LimitReached.class);
  }

  @Test
  void shouldWaitForTheFinalResponseAfterAnInterimOne() {
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    server.replyPending(request, 99, 1, Level.CLEAR);
    assertThat(read).isNotDone();
    Smb2Header asked = request.header();
    server.deliver(
        ScriptedServer.message(
            new Smb2Header(
                1,
                NtStatus.SUCCESS,
                asked.command(),
                0,
                HeaderFlags.SERVER_TO_REDIR | HeaderFlags.ASYNC_COMMAND,
                0,
                asked.messageId(),
                99,
                asked.sessionId()),
            out -> {
              ReadResponseCodec.encode(ReadResponse.inline(4), out);
              out.bytes(ReadResponse.PAYLOAD_OFFSET, content(4));
            }),
        Level.SIGN);
    assertThat(read).isCompletedWithValue(4);
  }

  @Test
  void shouldRefuseAnUnsealedInterimResponseToASealedRequest() {
    gate.set(Level.ENCRYPT);
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    server.replyPending(request, 99, 1, Level.CLEAR);
    assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.WeakResponseRefused.class);
  }

  @Test
  void shouldCancelAndFailWhenTheServerDoesNotAnswerInTime() {
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    server.pass(ScriptedServer.TIMEOUT.minusNanos(1));
    assertThat(read).isNotDone();
    server.pass(Duration.ofNanos(1));
    assertThat(failureOf(read)).isInstanceOf(ClientException.TimedOut.class);
    ScriptedServer.Received cancel = server.receive();
    assertThat(cancel.command()).isEqualTo(Command.CANCEL);
    assertThat(cancel.header().messageId()).isEqualTo(request.header().messageId());
    assertThat(cancel.level()).isEqualTo(Level.SIGN);
    assertThat(gate.open).isEqualTo(1);
    server.fail(request, NtStatus.CANCELLED);
    assertThat(gate.open).isZero();
    assertThat(server.transport.isClosed()).isFalse();
  }

  @Test
  void shouldNameTheAsyncIdWhenItCancelsAPendingRequest() {
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    server.replyPending(request, 99, 1, Level.CLEAR);
    server.pass(ScriptedServer.TIMEOUT);
    assertThat(read).isNotDone();
    server.pass(ScriptedServer.TIMEOUT.multipliedBy(3));
    assertThat(failureOf(read)).isInstanceOf(ClientException.TimedOut.class);
    Smb2Header cancel = server.receive().header();
    assertThat(cancel.isAsync()).isTrue();
    assertThat(cancel.asyncOrTreeId()).isEqualTo(99);
  }

  @Test
  void shouldEndTheConnectionWhenEvenTheCancelIsNotAnswered() {
    CompletableFuture<Integer> silent = read();
    server.pass(ScriptedServer.TIMEOUT);
    CompletableFuture<Integer> other = read();
    server.pass(ScriptedServer.TIMEOUT.minusNanos(1));
    assertThat(server.transport.isClosed()).isFalse();
    server.pass(Duration.ofNanos(1));
    assertThat(server.transport.wasReset()).isTrue();
    assertThat(silent).isCompletedExceptionally();
    assertThat(other).isCompletedExceptionally();
    assertThat(gate.open).isZero();
  }

  @Test
  void shouldFailAQueuedRequestInTimeWithoutSendingIt() {
    while (server.connection.requestsWaiting() == 0) {
      read();
    }
    CompletableFuture<Integer> queued = read();
    int sent = server.transport.framesSent();
    server.pass(ScriptedServer.TIMEOUT);
    ClientException failure = failureOf(queued);
    assertThat(failure).isInstanceOf(ClientException.TimedOut.class);
    assertThat(((ClientException.TimedOut) failure).sent()).isFalse();
    assertThat(server.transport.framesSent()).isEqualTo(2 * sent);
  }

  @Test
  void shouldSendOneCancelWhenTheCallerGivesUp() {
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    assertThat(read.cancel(true)).isTrue();
    assertThat(read.cancel(true)).isFalse();
    assertThat(failureOf(read)).isInstanceOf(ClientException.Cancelled.class);
    assertThat(server.receive().command()).isEqualTo(Command.CANCEL);
    assertThat(server.transport.hasSent()).isFalse();
    replyRead(server, request, content(3));
    assertThat(server.transport.isClosed()).isFalse();
  }

  @Test
  void shouldSendTheCancelBehindARequestThatIsGivenUpWhileItIsBuilt() {
    for (boolean early : new boolean[] {true, false}) {
      CompletableFuture<Integer> waiting = read();
      while (server.connection.requestsWaiting() == 0) {
        waiting = read();
      }
      CompletableFuture<Integer> givenUp = waiting;
      Runnable giveUp = () -> assertThat(givenUp.cancel(true)).isTrue();
      gate.onEnter = early ? giveUp : () -> {};
      gate.onSendLevel = early ? () -> {} : giveUp;

      Deque<ScriptedServer.Received> received = new ArrayDeque<>();
      while (!givenUp.isDone()) {
        replyRead(server, server.receive(), content(3));
      }
      while (server.transport.hasSent()) {
        received.add(server.receive());
      }

      ScriptedServer.Received cancel =
          received.stream()
              .filter(one -> one.command() == Command.CANCEL)
              .findFirst()
              .orElseThrow();
      List<ScriptedServer.Received> before = new ArrayList<>();
      for (ScriptedServer.Received one : received) {
        if (one == cancel) {
          break;
        }
        before.add(one);
      }
      assertThat(before)
          .as("what came before the CANCEL")
          .anyMatch(one -> one.header().messageId() == cancel.header().messageId());
      assertThat(received.stream().filter(one -> one.command() == Command.CANCEL)).hasSize(1);
      received.stream()
          .filter(one -> one.command() == Command.READ)
          .forEach(one -> replyRead(server, one, content(3)));
      assertThat(gate.open).isZero();
    }
  }

  @Test
  void shouldFailEveryRequestOnceWhenTheConnectionBreaks() {
    AtomicInteger outcomes = new AtomicInteger();
    List<CompletableFuture<Integer>> reads = new ArrayList<>();
    while (server.connection.requestsWaiting() < 3) {
      CompletableFuture<Integer> read = read();
      read.whenComplete((_, _) -> outcomes.incrementAndGet());
      reads.add(read);
    }
    int sent = server.transport.framesSent();
    server.transport.breakDown(new IOException("cable cut"));
    assertThat(outcomes).hasValue(reads.size());
    assertThat(reads.stream().filter(read -> lost(read).sent())).hasSize(sent);
    assertThat(lost(reads.getFirst())).hasMessageContaining("cable cut");
    assertThat(server.connection.closed().toCompletableFuture())
        .isCompletedWithValueMatching(reason -> reason.getMessage().contains("cable cut"));
    CompletableFuture<Integer> late = read();
    assertThat(lost(late).sent()).isFalse();
  }

  private static ClientException.ConnectionLost lost(CompletableFuture<?> future) {
    return (ClientException.ConnectionLost) failureOf(future);
  }

  @Test
  void shouldKeepPassesUntilTheTransportIsGone() {
    server.transport.hold();
    read();
    server.connection.close("test is over");
    assertThat(gate.open).isEqualTo(1);
    server.transport.reportClose();
    assertThat(gate.open).isZero();
  }
}
