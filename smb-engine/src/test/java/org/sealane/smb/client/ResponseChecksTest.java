package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.client.OpenTest.content;
import static org.sealane.smb.client.OpenTest.replyRead;
import static org.sealane.smb.client.SessionSetupTest.failureOf;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/** What a client must not accept, and the level that each request leaves at. */
class ResponseChecksTest {
  private final ScriptedServer server = new ScriptedServer();
  private final CountingGate gate = new CountingGate(Level.CLEAR);
  private final ClientOpen open = server.open(gate);

  @AfterEach
  void everythingIsGivenBack() {
    server.connection.close("test is over");
    server.transport.reportClose();
    assertThat(server.pool.outstandingBytes()).isZero();
    assertThat(gate.open).isZero();
  }

  private CompletableFuture<Integer> read() {
    return open.read(0, MemorySegment.ofArray(new byte[10]));
  }

  private static byte[] readResponse(ScriptedServer.Received request) {
    return readResponse(ScriptedServer.header(request.header(), NtStatus.SUCCESS, 1));
  }

  private static byte[] readResponse(Smb2Header header) {
    return ScriptedServer.message(
        header,
        out -> {
          ReadResponseCodec.encode(ReadResponse.inline(5), out);
          out.bytes(ReadResponse.PAYLOAD_OFFSET, content(5));
        });
  }

  @ParameterizedTest
  @EnumSource
  void shouldSendEachRequestAtTheLevelOfTheGateNow(Level level) {
    gate.set(level);
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    assertThat(request.level()).isEqualTo(level);
    replyRead(server, request, content(5));
    assertThat(read).isCompletedWithValue(5);
    PayloadBytes received = open.tree().received();
    assertThat(received)
        .isEqualTo(
            switch (level) {
              case CLEAR -> new PayloadBytes(0, 0, 5);
              case SIGN -> new PayloadBytes(0, 5, 0);
              case ENCRYPT -> new PayloadBytes(5, 0, 0);
            });
  }

  @ParameterizedTest
  @EnumSource
  void shouldStrengthenARequestWhenTheGateAsksForMoreAtTheLastMoment(Level built) {
    gate.enterLevel = built;
    gate.sendLevel = Level.ENCRYPT;
    CompletableFuture<Void> written = open.write(0, MemorySegment.ofArray(content(5)), false);
    ScriptedServer.Received request = server.receive();
    assertThat(request.level()).isEqualTo(Level.ENCRYPT);
    assertThat(request.header().has(HeaderFlags.SIGNED)).isFalse();
    OpenTest.replyWrite(server, request, 5);
    assertThat(written).isCompleted();
    assertThat(open.tree().sent()).isEqualTo(new PayloadBytes(5, 0, 0));
    assertThat(gate.entered).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "CLEAR, CLEAR, true",
    "CLEAR, SIGN, true",
    "CLEAR, ENCRYPT, true",
    "SIGN, CLEAR, false",
    "SIGN, SIGN, true",
    "SIGN, ENCRYPT, true",
    "ENCRYPT, CLEAR, false",
    "ENCRYPT, SIGN, false",
    "ENCRYPT, ENCRYPT, true",
  })
  void shouldAcceptAResponseOnlyAtItsRequestsLevelOrStronger(
      Level request, Level response, boolean accepted) {
    gate.set(request);
    CompletableFuture<Integer> read = read();
    server.deliver(readResponse(server.receive()), response);
    if (accepted) {
      assertThat(read).isCompletedWithValue(5);
      assertThat(server.events).isEmpty();
    } else {
      assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
      assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.WeakResponseRefused.class);
      assertThat(server.transport.wasReset()).isTrue();
    }
  }

  @Test
  void shouldRefuseAResponseBelowWhatTheGateAcceptsNow() {
    CompletableFuture<Integer> read = read();
    ScriptedServer.Received request = server.receive();
    gate.accepted = Level.ENCRYPT;
    server.deliver(readResponse(request), Level.SIGN);
    assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGN", "ENCRYPT"})
  void shouldEndTheConnectionWhenAnyBitOfAResponseIsFlipped(Level level) {
    gate.set(level);
    byte[] response = readResponse(server.receiveOf(read()));
    byte[] frame = level == Level.SIGN ? signed(response) : server.seal(response);
    for (int bit : new int[] {8 * 20, 8 * 60, 8 * (frame.length - 1)}) {
      byte[] flipped = frame.clone();
      flipped[bit / 8] ^= 1;
      ScriptedServer other = new ScriptedServer();
      ClientOpen sameOpen = other.open(TrafficGate.minimum(level));
      CompletableFuture<Integer> sameRead = sameOpen.read(0, MemorySegment.ofArray(new byte[10]));
      other.receive();
      other.transport.deliver(flipped);
      assertThat(failureOf(sameRead)).isInstanceOf(ClientException.Violation.class);
      assertThat(other.transport.wasReset()).isTrue();
    }
  }

  private byte[] signed(byte[] message) {
    server.sign(message);
    return message;
  }

  @Test
  void shouldReportTamperingWhenASignatureIsWrong() {
    gate.set(Level.SIGN);
    CompletableFuture<Integer> read = read();
    byte[] response = signed(readResponse(server.receive()));
    response[response.length - 1] ^= 1;
    server.transport.deliver(response);
    assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.TamperingSuspected.class);
  }

  @Test
  void shouldReportTamperingWhenASealedMessageDoesNotOpen() {
    gate.set(Level.ENCRYPT);
    CompletableFuture<Integer> read = read();
    byte[] response = server.seal(readResponse(server.receive()));
    response[response.length - 1] ^= 1;
    server.transport.deliver(response);
    assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.TamperingSuspected.class);
  }

  @Test
  void shouldEndTheConnectionWhenAResponseIsReplayed() {
    CompletableFuture<Integer> read = read();
    byte[] response = readResponse(server.receive());
    server.transport.deliver(response.clone());
    assertThat(read).isCompletedWithValue(5);
    server.transport.deliver(response);
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.ProtocolViolation.class);
    assertThat(server.transport.wasReset()).isTrue();
  }

  @Test
  void shouldEndTheConnectionWhenAMessageIdWasNeverUsed() {
    read();
    Smb2Header asked = server.receive().header();
    assertEnds(
        new Smb2Header(
            1,
            NtStatus.SUCCESS,
            asked.command(),
            1,
            1,
            0,
            asked.messageId() + 1,
            0,
            asked.sessionId()));
  }

  @Test
  void shouldEndTheConnectionWhenTheCommandIsAnother() {
    read();
    Smb2Header asked = server.receive().header();
    assertEnds(
        new Smb2Header(1, NtStatus.SUCCESS, 9, 1, 1, 0, asked.messageId(), 0, asked.sessionId()));
  }

  @Test
  void shouldEndTheConnectionWhenTheSessionIsAnother() {
    read();
    Smb2Header asked = server.receive().header();
    assertEnds(
        new Smb2Header(
            1,
            NtStatus.SUCCESS,
            asked.command(),
            1,
            1,
            0,
            asked.messageId(),
            0,
            asked.sessionId() + 1));
  }

  @Test
  void shouldEndTheConnectionWhenTheServerSendsARequest() {
    read();
    Smb2Header asked = server.receive().header();
    assertEnds(
        new Smb2Header(
            1,
            NtStatus.SUCCESS,
            asked.command(),
            1,
            0,
            0,
            asked.messageId(),
            0,
            asked.sessionId()));
  }

  @Test
  void shouldEndTheConnectionWhenANotificationComes() {
    read();
    Smb2Header asked = server.receive().header();
    assertEnds(new Smb2Header(1, NtStatus.SUCCESS, 18, 1, 1, 0, -1, 0, asked.sessionId()));
  }

  private void assertEnds(Smb2Header header) {
    server.transport.deliver(readResponse(header));
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.ProtocolViolation.class);
    assertThat(server.transport.wasReset()).isTrue();
  }

  @Test
  void shouldEndTheConnectionWhenTheEnvelopeNamesAnotherSessionThanTheMessage() {
    gate.set(Level.ENCRYPT);
    read();
    Smb2Header asked = server.receive().header();
    Smb2Header other =
        new Smb2Header(1, NtStatus.SUCCESS, asked.command(), 1, 1, 0, asked.messageId(), 0, 42);
    server.transport.deliver(server.seal(readResponse(other)));
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.ProtocolViolation.class);
  }

  @Test
  void shouldEndTheConnectionWhenAResponseIsCutAnywhere() {
    byte[] whole = readResponse(server.receiveOf(read()));
    for (int length = 1; length < whole.length; length++) {
      ScriptedServer other = new ScriptedServer();
      ClientOpen sameOpen = other.open(TrafficGate.minimum(Level.CLEAR));
      CompletableFuture<Integer> sameRead = sameOpen.read(0, MemorySegment.ofArray(new byte[10]));
      other.receive();
      other.transport.deliver(Arrays.copyOf(whole, length));
      assertThat(failureOf(sameRead)).isInstanceOf(ClientException.Violation.class);
      assertThat(other.transport.wasReset()).isTrue();
      other.transport.reportClose();
      assertThat(other.pool.outstandingBytes()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"FE", "FC", "FF", "41"})
  void shouldEndTheConnectionWhenAFrameIsOfAnotherProtocol(String firstByte) {
    CompletableFuture<Integer> read = read();
    byte[] frame = {(byte) Integer.parseInt(firstByte, 16), 'S', 'M', 'B', 0, 0, 0, 0};
    server.transport.deliver(frame);
    assertThat(failureOf(read)).isInstanceOf(ClientException.Violation.class);
    assertThat(server.transport.wasReset()).isTrue();
  }
}
