package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.client.ScriptedServer.decode;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.encryption.MessageOpener;
import org.sealane.smb.encryption.NonceLedger;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.NtStatus;

/**
 * The nonces of a real client, under traffic of all kinds: in messages and placed, begun anew as a
 * level rises, repeated, cancelled, and on new connections.
 */
class PlacedNoncesTest {
  private static final int CONNECTIONS = 3;
  private static final int ROUNDS = 6;

  private final NonceLedger ledger = new NonceLedger();
  private final List<CompletableFuture<?>> operations = new ArrayList<>();
  private PlacingServer placing;
  private String connection;

  /** Takes one request, notes its nonces, and gives it. */
  private ScriptedServer.Received take() {
    byte[] frame = placing.server.transport.take();
    ScriptedServer.Received request = placing.server.received(frame);
    boolean sealed = MessageOpener.isSealed(MemorySegment.ofArray(frame));
    if (sealed) {
      ledger.addSealed(connection + " sealing", frame);
    } else if (request.level() == Level.SIGN) {
      ledger.addSigned(connection + " signing", request.header(), Role.CLIENT);
    }
    if (request.command() == Command.WRITE) {
      WriteRequest write = PlacingServer.writeRequest(request);
      if (write.channel() == Channel.RDMA_TRANSFORM) {
        TransformedPayload said = decode(() -> TransformedPayloadCodec.decode(write.channelInfo()));
        String key = said.crypto().type() == RdmaTransformId.ENCRYPTION ? " sealing" : " signing";
        ledger.add(connection + key, said.crypto().nonce(), "payload");
      }
    }
    return request;
  }

  private void write(int length) {
    CompletableFuture<Void> written = placing.write(new byte[length]);
    operations.add(written);
    OpenTest.replyWrite(placing.server, take(), length);
    assertThat(written).isCompleted();
  }

  /** The level rises after the payload was protected, so it is protected twice. */
  private void writeWhileLevelRises(Level before, Level after) {
    placing.gate.enterLevel = before;
    placing.gate.sendLevel = after;
    write(8000);
    placing.gate.set(before);
  }

  private void readAgain(Level level) {
    CompletableFuture<Integer> read = placing.read(new byte[8000]);
    placing.server.fail(take(), NtStatus.RETRY);
    ScriptedServer.Received again = take();
    byte[] payload = new byte[8000];
    byte[] placed = new byte[8000];
    var crypto = placing.protect(level, payload, placed);
    placing.place(again, placed);
    crypto.ifPresent(how ->
        ledger.add(
            connection + (level == Level.ENCRYPT ? " server's sealing" : " signing"),
            how.nonce(),
            "payload"));
    byte[] message =
        PlacingServer.readResponse(
            again,
            8000,
            crypto.isPresent() ? 1 : 0,
            crypto.map(PlacingServer::buffer).orElse(new byte[0]));
    placing.server.deliver(message, level);
    assertThat(read).isCompletedWithValue(8000);
  }

  private void cancel() {
    CompletableFuture<Void> written = placing.write(new byte[8000]);
    ScriptedServer.Received request = take();
    written.cancel(true);
    assertThat(take().command()).isEqualTo(Command.CANCEL);
    placing.server.fail(request, NtStatus.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGN", "ENCRYPT"})
  void shouldUseNoNonceTwiceUnderTrafficOfAllKinds(Level level) {
    List<String> samples = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      connection = "connection " + i;
      byte[] salt = new byte[32];
      salt[0] = (byte) i;
      placing = new PlacingServer(level, EnumSet.allOf(RdmaTransformId.class), 16, salt);
      byte[] sample = new byte[32];
      placing.protect(Level.ENCRYPT, new byte[32], sample);
      samples.add(java.util.HexFormat.of().formatHex(sample));
      for (int round = 0; round < ROUNDS; round++) {
        write(100);
        write(8000);
        readAgain(level);
        writeWhileLevelRises(level, Level.ENCRYPT);
        cancel();
      }
      placing.assertNothingLeaks();
    }
    assertThat(samples).as("the same bytes, each connection's first nonce").doesNotHaveDuplicates();
    assertThat(ledger.count("payload")).isEqualTo(CONNECTIONS * ROUNDS * 4);
    assertThat(ledger.count("message")).isGreaterThan(CONNECTIONS * ROUNDS * 6);
  }
}
