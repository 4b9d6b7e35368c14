package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.client.SessionSetupTest.failureOf;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.wire.NtStatus;

/** READ responses: each check of [MS-SMB2] 3.2.5.11, and what is stricter than it. */
class PlacedReadChecksTest {
  private static final int COUNT = 6000;
  private static final int FLAG = 1;
  private static final byte[] NOTHING = new byte[0];
  private static final byte[] DATA = random();

  private static byte[] random() {
    byte[] bytes = new byte[COUNT];
    new Random(6).nextBytes(bytes);
    return bytes;
  }

  /** The request fails, nothing is handed up, the connection is reset and it is told why. */
  private static void assertRefused(
      PlacingServer placing,
      CompletableFuture<Integer> read,
      byte[] into,
      NtStatus status,
      Class<? extends ClientEvent> event) {
    ClientException failure = failureOf(read);
    assertThat(failure).isInstanceOf(ClientException.Violation.class);
    assertThat(failure.status()).isEqualTo(status);
    assertThat(into).containsOnly(0);
    assertThat(placing.server.transport.wasReset()).isTrue();
    assertThat(placing.server.events).hasExactlyElementsOfTypes(event);
    placing.server.transport.reportClose();
    placing.assertNothingLeaks();
  }

  /** One field of the buffer of a right response that is wrong. */
  private record Fault(String name, UnaryOperator<byte[]> change) {
    static Fault at(String name, int offset, int value) {
      return new Fault(
          name,
          buffer -> {
            buffer[offset] = (byte) value;
            return buffer;
          });
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        Fault.at("TransformCount 0", 8, 0),
        Fault.at("TransformCount 2", 8, 2),
        Fault.at("Channel 3", 4, 3),
        Fault.at("TransformType 0", 16, 0),
        Fault.at("TransformType 3", 16, 3),
        Fault.at("SignatureLength past end", 18, 60),
        Fault.at("NonceLength past end", 20, 60),
        Fault.at("descriptors past end", 2, 16),
        new Fault("no transform", _ -> NOTHING),
        new Fault("RDMA_TRANSFORM cut", buffer -> Arrays.copyOf(buffer, 15)),
        new Fault("RDMA_CRYPTO_TRANSFORM cut", buffer -> Arrays.copyOf(buffer, 30)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldRefuseResponseWhenOneFieldOfItsTransformIsWrong(Fault fault) {
    for (Level level : new Level[] {Level.SIGN, Level.ENCRYPT}) {
      PlacingServer placing = PlacingServer.at(level);
      byte[] into = new byte[COUNT];
      CompletableFuture<Integer> read = placing.read(into);
      ScriptedServer.Received request = placing.server.receive();
      byte[] placed = new byte[COUNT];
      RdmaCryptoTransform crypto = placing.protect(level, DATA, placed).orElseThrow();
      placing.place(request, placed);

      byte[] buffer = fault.change().apply(PlacingServer.buffer(crypto));
      placing.server.deliver(PlacingServer.readResponse(request, COUNT, FLAG, buffer), level);

      assertRefused(
          placing,
          read,
          into,
          NtStatus.INVALID_NETWORK_RESPONSE,
          ClientEvent.ProtocolViolation.class);
    }
  }

  /** Tags and nonces that are right as far as they go. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPT, 17, 12",
    "ENCRYPT, 15, 12",
    "ENCRYPT, 4, 12",
    "ENCRYPT, 0, 12",
    "ENCRYPT, 16, 11",
    "ENCRYPT, 16, 13",
    "ENCRYPT, 16, 0",
    "SIGN, 17, 12",
    "SIGN, 15, 12",
    "SIGN, 0, 12",
    "SIGN, 16, 11",
    "SIGN, 16, 0"
  })
  void shouldRefuseSignatureOrNonceOfWrongLength(
      Level level, int signatureLength, int nonceLength) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    placing.answer(
        placing.server.receive(),
        level,
        level,
        DATA,
        right ->
            new RdmaCryptoTransform(
                right.type(),
                Arrays.copyOf(right.signature(), signatureLength),
                Arrays.copyOf(right.nonce(), nonceLength)));

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.ProtocolViolation.class);
  }

  /** Encryption in an unencrypted response, a signature in an encrypted or an unsigned one. */
  @ParameterizedTest
  @CsvSource({
    "CLEAR, ENCRYPT, CLEAR",
    "CLEAR, ENCRYPT, SIGN",
    "SIGN, ENCRYPT, SIGN",
    "CLEAR, SIGN, CLEAR",
    "CLEAR, SIGN, ENCRYPT",
    "SIGN, SIGN, ENCRYPT",
    "ENCRYPT, SIGN, ENCRYPT"
  })
  void shouldRefuseTransformInMessageOfAnotherLevel(Level request, Level payload, Level message) {
    PlacingServer placing = PlacingServer.at(request);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    placing.answer(placing.server.receive(), payload, message, DATA, UnaryOperator.identity());

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.ProtocolViolation.class);
  }

  /**
   * Without its flag nothing of [MS-SMB2] 3.2.5.11 is checked, and plaintext of the server's choice
   * would be taken: here it is a downgrade. So is less than a response's own level.
   */
  @ParameterizedTest
  @CsvSource({"ENCRYPT, ENCRYPT", "SIGN, SIGN", "SIGN, ENCRYPT", "CLEAR, SIGN", "CLEAR, ENCRYPT"})
  void shouldRefusePlaintextWhenRequestOrResponseIsProtected(Level request, Level message) {
    PlacingServer placing = PlacingServer.at(request);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    placing.answer(placing.server.receive(), Level.CLEAR, message, DATA, UnaryOperator.identity());

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.WeakResponseRefused.class);
  }

  @Test
  void shouldRefusePlaintextWhenGateAcceptsNoneAnyMore() {
    PlacingServer placing = PlacingServer.at(Level.CLEAR);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    placing.gate.accepted = Level.ENCRYPT;
    placing.answer(request, Level.CLEAR, DATA);

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.WeakResponseRefused.class);
  }

  /** Without ENCRYPTION nothing is placed at all, so only SIGNING can be missing here. */
  @Test
  void shouldRefuseSignatureThatWasNotNegotiated() {
    PlacingServer placing = new PlacingServer(Level.CLEAR, Set.of(RdmaTransformId.ENCRYPTION), 16);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    placing.answer(placing.server.receive(), Level.SIGN, DATA);

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.ProtocolViolation.class);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseMoreThanWasAskedFor(Level level) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    byte[] placed = new byte[COUNT];
    byte[] buffer = placing.protect(level, DATA, placed).map(PlacingServer::buffer).orElse(NOTHING);
    placing.place(request, placed);
    placing.server.deliver(
        PlacingServer.readResponse(request, COUNT + 1, level == Level.CLEAR ? 0 : FLAG, buffer),
        level);

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.ProtocolViolation.class);
  }

  /** A length other than that of what was sealed: the tag tells. */
  @ParameterizedTest
  @CsvSource({"SIGN, STATUS_INVALID_SIGNATURE", "ENCRYPT, STATUS_AUTH_TAG_MISMATCH"})
  void shouldRefuseAnotherLengthThanWasProtected(Level level, String status) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    byte[] placed = new byte[COUNT];
    RdmaCryptoTransform crypto = placing.protect(level, DATA, placed).orElseThrow();
    placing.place(request, placed);
    placing.server.deliver(
        PlacingServer.readResponse(request, COUNT - 1, FLAG, PlacingServer.buffer(crypto)), level);

    assertThat(failureOf(read).status().toString()).startsWith(status);
    assertRefused(
        placing, read, into, failureOf(read).status(), ClientEvent.TamperingSuspected.class);
  }

  @ParameterizedTest
  @CsvSource({
    "SIGN, payload, STATUS_INVALID_SIGNATURE",
    "SIGN, signature, STATUS_INVALID_SIGNATURE",
    "SIGN, nonce, STATUS_INVALID_SIGNATURE",
    "ENCRYPT, payload, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPT, signature, STATUS_AUTH_TAG_MISMATCH",
    "ENCRYPT, nonce, STATUS_AUTH_TAG_MISMATCH"
  })
  void shouldFailAndResetWhenOneBitWasChanged(Level level, String where, String status) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    ScriptedServer.Received request = placing.server.receive();
    byte[] placed = new byte[COUNT];
    RdmaCryptoTransform crypto = placing.protect(level, DATA, placed).orElseThrow();
    byte[] changed =
        switch (where) {
          case "payload" -> placed;
          case "signature" -> crypto.signature();
          default -> crypto.nonce();
        };
    changed[3] ^= 4;
    placing.place(request, placed);
    placing.server.deliver(
        PlacingServer.readResponse(request, COUNT, FLAG, PlacingServer.buffer(crypto)), level);

    assertThat(failureOf(read).status().toString()).startsWith(status + " ");
    assertRefused(
        placing, read, into, failureOf(read).status(), ClientEvent.TamperingSuspected.class);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseFileDataInTheMessageWhenItWasToBePlaced(Level level) {
    PlacingServer placing = PlacingServer.at(level);
    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    placing.server.deliver(
        PlacingServer.readResponse(placing.server.receive(), 0, 0, new byte[100]), level);

    assertRefused(
        placing,
        read,
        into,
        NtStatus.INVALID_NETWORK_RESPONSE,
        ClientEvent.ProtocolViolation.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"no RDMA", "no transform negotiated", "below the threshold"})
  void shouldRefuseTransformWhenNothingWasToBePlaced(String why) {
    PlacingServer placing =
        why.equals("no transform negotiated")
            ? new PlacingServer(Level.ENCRYPT, Set.of(), 16)
            : PlacingServer.at(Level.ENCRYPT);
    ScriptedServer server = placing.server;
    ClientOpen open = placing.open;
    if (why.equals("no RDMA")) {
      server = new ScriptedServer();
      open = server.open(new CountingGate(Level.ENCRYPT));
    }
    byte[] into = new byte[why.equals("below the threshold") ? 100 : COUNT];
    CompletableFuture<Integer> read = open.read(0, MemorySegment.ofArray(into));
    ScriptedServer.Received request = server.receive();
    assertThat(PlacingServer.readRequest(request).channel()).isEqualTo(Channel.NONE);
    RdmaCryptoTransform crypto =
        placing.protect(Level.ENCRYPT, new byte[100], new byte[100]).orElseThrow();
    server.deliver(
        PlacingServer.readResponse(request, 100, FLAG, PlacingServer.buffer(crypto)),
        Level.ENCRYPT);

    assertThat(failureOf(read).status()).isEqualTo(NtStatus.INVALID_NETWORK_RESPONSE);
    assertThat(into).containsOnly(0);
    assertThat(server.transport.wasReset()).isTrue();
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.ProtocolViolation.class);
    placing.assertNothingLeaks();
  }

  /** A transform of an earlier read vouches for nothing: its nonce and tag are of other bytes. */
  @Test
  void shouldRefuseTransformOfAnotherRead() {
    PlacingServer placing = PlacingServer.at(Level.ENCRYPT);
    byte[] first = new byte[COUNT];
    CompletableFuture<Integer> right = placing.read(first);
    RdmaCryptoTransform[] kept = new RdmaCryptoTransform[1];
    placing.answer(
        placing.server.receive(),
        Level.ENCRYPT,
        Level.ENCRYPT,
        DATA,
        crypto -> {
          kept[0] = crypto;
          return crypto;
        });
    assertThat(right).isCompletedWithValue(COUNT);

    byte[] into = new byte[COUNT];
    CompletableFuture<Integer> read = placing.read(into);
    placing.answer(placing.server.receive(), Level.ENCRYPT, Level.ENCRYPT, DATA, _ -> kept[0]);

    assertRefused(
        placing, read, into, NtStatus.AUTH_TAG_MISMATCH, ClientEvent.TamperingSuspected.class);
  }
}
