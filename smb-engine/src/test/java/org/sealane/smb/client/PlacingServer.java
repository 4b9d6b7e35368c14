package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.client.ScriptedServer.decode;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.BufferDescriptorV1Codec;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.transport.MemoryFabric;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** A scripted server that fetches and places payloads, with a client's open on it. */
final class PlacingServer {
  final MemoryFabric fabric = new MemoryFabric();
  final MemoryPlacement placement;
  final ScriptedServer server;
  final CountingGate gate;
  final ClientOpen open;

  PlacingServer(Level level, Set<RdmaTransformId> transforms, int leasesMax) {
    this(level, transforms, leasesMax, new byte[32]);
  }

  PlacingServer(Level level, Set<RdmaTransformId> transforms, int leasesMax, byte[] salt) {
    placement = new MemoryPlacement(fabric, 8 << 20, leasesMax, true, 8 << 20, _ -> {});
    server = new ScriptedServer(ScriptedServer.settings(), Optional.of(placement), transforms);
    server.salt = salt;
    gate = new CountingGate(level);
    open = server.open(gate);
  }

  static PlacingServer at(Level level) {
    return new PlacingServer(level, EnumSet.allOf(RdmaTransformId.class), 16);
  }

  SessionKeys keys() {
    return server.keys.orElseThrow();
  }

  CompletableFuture<Integer> read(byte[] into) {
    return open.read(0, MemorySegment.ofArray(into));
  }

  CompletableFuture<Void> write(byte[] from) {
    return open.write(0, MemorySegment.ofArray(from), false);
  }

  static ReadRequest readRequest(ScriptedServer.Received request) {
    return decode(() -> ReadRequestCodec.decode(request.message()));
  }

  static WriteRequest writeRequest(ScriptedServer.Received request) {
    return decode(() -> WriteRequestCodec.decode(request.message()));
  }

  static List<BufferDescriptorV1> descriptors(MemorySegment info) {
    return decode(
        () -> BufferDescriptorV1Codec.decode(new MessageReader(info), 0, info.byteSize()));
  }

  /** Places bytes where a READ wants them. */
  void place(ScriptedServer.Received request, byte[] bytes) {
    try {
      fabric.transfer(
          Access.REMOTE_WRITE,
          descriptors(readRequest(request).channelInfo()),
          MemorySegment.ofArray(bytes),
          bytes.length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  byte[] fetch(List<BufferDescriptorV1> descriptors, int count) throws IOException {
    byte[] bytes = new byte[count];
    fabric.transfer(Access.REMOTE_READ, descriptors, MemorySegment.ofArray(bytes), count);
    return bytes;
  }

  /** The payload protected for a level; what is to be placed comes in {@code out}. */
  Optional<RdmaCryptoTransform> protect(Level level, byte[] payload, byte[] out) {
    System.arraycopy(payload, 0, out, 0, payload.length);
    return switch (level) {
      case CLEAR -> Optional.empty();
      case SIGN ->
          Optional.of(decode(() -> keys().signer().signPayload(MemorySegment.ofArray(payload))));
      case ENCRYPT ->
          Optional.of(
              decode(() ->
                  keys()
                      .payloadSealer()
                      .seal(MemorySegment.ofArray(payload), MemorySegment.ofArray(out))));
    };
  }

  /** What a READ response says beside its payload. */
  static byte[] buffer(RdmaCryptoTransform crypto) {
    MessageWriter out = new MessageWriter();
    TransformedPayloadCodec.encode(TransformedPayload.placed(crypto), out);
    return out.written().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  static byte[] readResponse(
      ScriptedServer.Received request, long remaining, int flags, byte[] buffer) {
    return ScriptedServer.message(
        ScriptedServer.header(request.header(), NtStatus.SUCCESS, 1),
        out -> {
          ReadResponseCodec.encode(new ReadResponse(80, buffer.length, remaining, flags), out);
          out.bytes(80, buffer);
        });
  }

  /** Answers a READ rightly, with a payload and a message of that level. */
  void answer(ScriptedServer.Received request, Level level, byte[] payload) {
    answer(request, level, level, payload, UnaryOperator.identity());
  }

  void answer(
      ScriptedServer.Received request,
      Level payloadLevel,
      Level messageLevel,
      byte[] payload,
      UnaryOperator<RdmaCryptoTransform> change) {
    byte[] placed = new byte[payload.length];
    Optional<RdmaCryptoTransform> crypto = protect(payloadLevel, payload, placed).map(change);
    place(request, placed);
    server.deliver(
        readResponse(
            request,
            payload.length,
            crypto.isPresent() ? ReadResponse.FLAG_RDMA_TRANSFORM : 0,
            crypto.map(PlacingServer::buffer).orElse(new byte[0])),
        messageLevel);
  }

  void assertUnseen(byte[] plaintext) {
    String secret = new String(plaintext, StandardCharsets.ISO_8859_1);
    for (byte[] seen : fabric.seenByPeers()) {
      assertThat(new String(seen, StandardCharsets.ISO_8859_1)).doesNotContain(secret);
    }
  }

  /** Ends the connection; nothing is left of any request. */
  void assertNothingLeaks() {
    server.connection.close("test is over");
    server.transport.reportClose();
    assertThat(placement.leasesOut()).as("buffers lent").isZero();
    assertThat(fabric.exposedNow()).as("buffers exposed").isZero();
    assertThat(server.pool.outstandingBytes()).as("bytes lent by the pool").isZero();
    assertThat(gate.open).as("passes").isZero();
  }
}
