package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.transport.MemoryFabric;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.MessageWriter;

/** A scripted peer whose payloads are placed, with an open file, at one level. */
final class PlacingPeer {
  static final List<RdmaTransformId> BOTH = List.of(RdmaTransformId.values());

  final MemoryFabric fabric = new MemoryFabric();
  final MemoryPlacement own = MemoryPlacement.of(fabric, _ -> {});
  final List<MemoryPlacement> servers = new ArrayList<>();
  final ServerHarness server;
  final ScriptedPeer peer;
  final Level level;
  final FileId fileId;

  PlacingPeer(
      ServerSettings settings,
      TrafficGate gate,
      Level level,
      List<RdmaTransformId> transforms,
      CipherId cipher,
      SigningAlgorithm signing) {
    this(settings, gate, level, transforms, cipher, signing, new byte[32]);
  }

  PlacingPeer(
      ServerSettings settings,
      TrafficGate gate,
      Level level,
      List<RdmaTransformId> transforms,
      CipherId cipher,
      SigningAlgorithm signing,
      byte[] salt) {
    this.level = level;
    server =
        ServerHarness.placing(
            settings,
            gate,
            onError -> {
              servers.add(MemoryPlacement.of(fabric, onError));
              return Optional.of(servers.getFirst());
            });
    peer = new ScriptedPeer(server);
    peer.cipher = cipher;
    peer.signing = signing;
    peer.transforms = transforms;
    peer.salt = salt;
    peer.negotiate();
    peer.setup("node1");
    peer.treeConnect("\\\\server\\share", level == Level.ENCRYPT ? level : Level.SIGN);
    fileId =
        PeerFiles.fileId(
            new PeerFiles(peer)
                .at(level)
                .create("file", CreateDisposition.OPEN_IF, AccessMask.GENERIC_ALL, 0)
                .ask());
    server.transport.invalidated.clear();
  }

  /** With both transforms, AES-128-GCM and AES-GMAC. */
  static PlacingPeer at(Level level, TrafficGate gate) {
    return with(level, gate, BOTH);
  }

  static PlacingPeer with(Level level, TrafficGate gate, List<RdmaTransformId> transforms) {
    return new PlacingPeer(
        ServerSettings.defaults(ServerHarness.SERVER_GUID),
        gate,
        level,
        transforms,
        CipherId.AES_128_GCM,
        SigningAlgorithm.AES_GMAC);
  }

  SessionKeys keys() {
    return peer.keys.orElseThrow();
  }

  DirectPlacement.Lease lease(int lengthBytes) {
    return own.lease(lengthBytes).join();
  }

  /** Exposes a copy of the bytes and gives the descriptors. */
  List<BufferDescriptorV1> expose(byte[] bytes) {
    DirectPlacement.Lease lease = lease(bytes.length);
    lease.bytes().copyFrom(MemorySegment.ofArray(bytes));
    return lease.expose(Access.REMOTE_READ, bytes.length).descriptors();
  }

  /** The plaintext protected as the type says; {@code out} is what is to be placed. */
  RdmaCryptoTransform protect(RdmaTransformId type, byte[] plaintext, byte[] out) {
    try {
      return switch (type) {
        case ENCRYPTION ->
            keys()
                .payloadSealer()
                .seal(MemorySegment.ofArray(plaintext), MemorySegment.ofArray(out));
        case SIGNING -> {
          System.arraycopy(plaintext, 0, out, 0, plaintext.length);
          yield keys().signer().signPayload(MemorySegment.ofArray(plaintext));
        }
      };
    } catch (KeyUnavailableException e) {
      throw new AssertionError(e);
    }
  }

  /** A right WRITE with Channel 3, changed by {@code patch} before it is signed or sealed. */
  PeerRequest transformedWrite(
      RdmaTransformId type, byte[] plaintext, Consumer<MessageWriter> patch) {
    byte[] placed = new byte[plaintext.length];
    RdmaCryptoTransform crypto = protect(type, plaintext, placed);
    return transformedWrite(plaintext.length, crypto, expose(placed), patch);
  }

  PeerRequest transformedWrite(
      int count,
      RdmaCryptoTransform crypto,
      List<BufferDescriptorV1> descriptors,
      Consumer<MessageWriter> patch) {
    TransformedPayload payload =
        new TransformedPayload(Channel.RDMA_V1_INVALIDATE, crypto, descriptors);
    return write(WriteRequest.transformed(fileId, 0, count, 0, payload), patch);
  }

  PeerRequest plainWrite(Channel channel, byte[] plaintext, Consumer<MessageWriter> patch) {
    return write(
        WriteRequest.placed(fileId, 0, plaintext.length, 0, channel, expose(plaintext)), patch);
  }

  PeerRequest write(WriteRequest request, Consumer<MessageWriter> patch) {
    return peer.request(Command.WRITE)
        .body(out -> {
          WriteRequestCodec.encode(request, out);
          patch.accept(out);
        })
        .charge(CreditCharge.of(request.remainingBytes(), 0))
        .level(level);
  }

  PeerRequest read(
      DirectPlacement.Exposure target,
      long length,
      Channel channel,
      Consumer<MessageWriter> patch) {
    ReadRequest request = ReadRequest.placed(fileId, 0, length, channel, target.descriptors());
    return peer.request(Command.READ)
        .body(out -> {
          ReadRequestCodec.encode(request, out);
          patch.accept(out);
        })
        .charge(CreditCharge.of(0, length))
        .level(level);
  }

  /** What the file holds. */
  byte[] content() {
    return server.share.file("file");
  }

  void assertNothingLeaks() {
    server.peerCloses();
    server.assertNothingLeaks();
    assertThat(servers.getFirst().leasesOut()).as("buffers lent to the server").isZero();
  }

  /** No peer ever had a chance to see these bytes. */
  void assertUnseen(byte[] plaintext) {
    String secret = new String(plaintext, java.nio.charset.StandardCharsets.ISO_8859_1);
    for (byte[] seen : fabric.seenByPeers()) {
      assertThat(new String(seen, java.nio.charset.StandardCharsets.ISO_8859_1))
          .doesNotContain(secret);
    }
  }
}
