package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.KeyParameters;
import org.sealane.smb.encryption.MessageOpener;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.RejectedMessageException;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiateContext;
import org.sealane.smb.negotiate.NegotiateRequest;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.session.SessionSetupRequest;
import org.sealane.smb.session.SessionSetupRequestCodec;
import org.sealane.smb.tree.TreeConnectRequest;
import org.sealane.smb.tree.TreeConnectRequestCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/** A client that does exactly what a test says, right or wrong. */
final class ScriptedPeer {
  final ServerHarness server;
  CipherId cipher = CipherId.AES_128_GCM;
  SigningAlgorithm signing = SigningAlgorithm.AES_GMAC;
  PreauthIntegrityHash hash = PreauthIntegrityHash.initial();
  List<RdmaTransformId> transforms = List.of();
  byte[] salt = new byte[32];
  UUID clientGuid = new UUID(4, 4);

  /** From which each session's goes on. */
  PreauthIntegrityHash negotiatedHash = hash;

  Optional<SessionKeys> keys = Optional.empty();
  long nextMessageId;
  long granted = 1;
  long sessionId;
  int treeId;

  /** What SESSION_SETUP says it replaces. */
  long previousSessionId;

  /**
   * One response.
   *
   * @param level how it came; a signature is verified
   */
  record Reply(Smb2Header header, MessageReader in, Level level) {
    NtStatus status() {
      return header.status();
    }
  }

  ScriptedPeer(ServerHarness server) {
    this.server = server;
  }

  /** A peer with a session and a tree. */
  static ScriptedPeer connected(ServerHarness server) {
    ScriptedPeer peer = authenticated(server);
    assertThat(peer.treeConnect("\\\\server\\share", Level.SIGN).status())
        .isEqualTo(NtStatus.SUCCESS);
    return peer;
  }

  static ScriptedPeer authenticated(ServerHarness server) {
    return authenticated(server, new UUID(4, 4), "node1");
  }

  /** One of that name, of the process that the GUID stands for. */
  static ScriptedPeer authenticated(ServerHarness server, UUID clientGuid, String node) {
    ScriptedPeer peer = new ScriptedPeer(server);
    peer.clientGuid = clientGuid;
    assertThat(peer.negotiate().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(peer.setup(node).status()).isEqualTo(NtStatus.SUCCESS);
    return peer;
  }

  NegotiateRequest negotiateRequest() {
    List<NegotiateContext> contexts = new ArrayList<>();
    contexts.add(
        new NegotiateContext.PreauthIntegrity(
            List.of(NegotiateContext.PreauthIntegrity.SHA_512), salt));
    contexts.add(new NegotiateContext.Encryption(List.of(cipher.id())));
    contexts.add(new NegotiateContext.Signing(List.of(signing.id())));
    if (!transforms.isEmpty()) {
      contexts.add(
          new NegotiateContext.RdmaTransform(
              transforms.stream().map(RdmaTransformId::id).toList()));
    }
    return new NegotiateRequest(
        SecurityMode.SIGNING_ENABLED,
        new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION),
        clientGuid,
        List.of(Dialect.SMB_3_1_1.revision()),
        contexts);
  }

  Reply negotiate() {
    return negotiate(negotiateRequest());
  }

  Reply negotiate(NegotiateRequest request) {
    byte[] message =
        request(Command.NEGOTIATE).body(out -> NegotiateRequestCodec.encode(request, out)).bytes();
    hash = hash.extend(MemorySegment.ofArray(message));
    Reply reply = ask(message);
    hash = hash.extend(reply.in().message());
    negotiatedHash = hash;
    return reply;
  }

  /** One SESSION_SETUP with that word as token; derives keys if it succeeds. */
  Reply setup(String word) {
    byte[] message = setupRequest(word, 0).bytes();
    hash = hash.extend(MemorySegment.ofArray(message));
    server.deliver(message);
    MemorySegment frame = MemorySegment.ofArray(server.transport.sent.poll());
    Smb2Header header = headerOf(frame);
    sessionId = header.sessionId();
    if (header.status().equals(NtStatus.MORE_PROCESSING_REQUIRED)) {
      hash = hash.extend(frame);
    } else if (header.status().equals(NtStatus.SUCCESS)) {
      keys = Optional.of(deriveKeys());
    }
    return parse(frame).getFirst();
  }

  PeerRequest setupRequest(String word, int flags) {
    SessionSetupRequest setup =
        new SessionSetupRequest(
            flags,
            SecurityMode.SIGNING_ENABLED,
            Capabilities.NONE,
            previousSessionId,
            TestMechanism.token(word));
    return request(Command.SESSION_SETUP)
        .body(out -> SessionSetupRequestCodec.encode(setup, out))
        .credits(64);
  }

  SessionKeys deriveKeys() {
    try (SessionSecret secret = new SessionSecret(TestMechanism.secretBytes())) {
      return SessionKeys.derive(
          secret,
          new KeyParameters(
              new KeyContext.Smb311(hash.value()),
              Optional.of(cipher),
              signing,
              Role.CLIENT,
              sessionId));
    }
  }

  Reply treeConnect(String path, Level level) {
    Reply reply = ask(treeConnectRequest(path).level(level).bytes());
    treeId = reply.header().treeId();
    return reply;
  }

  PeerRequest treeConnectRequest(String path) {
    return request(Command.TREE_CONNECT)
        .body(out -> TreeConnectRequestCodec.encode(new TreeConnectRequest(0, path), out));
  }

  PeerRequest request(Command command) {
    return new PeerRequest(this, command);
  }

  /** The next id, with those behind it that the charge takes. */
  long takeIds(int charge) {
    long first = nextMessageId;
    nextMessageId += Math.max(1, charge);
    return first;
  }

  /** Sends one frame and gives the one response to it. */
  Reply ask(byte[] frame) {
    List<Reply> replies = askAll(frame);
    assertThat(replies).as("responses in one frame").hasSize(1);
    return replies.getFirst();
  }

  /** Sends one frame and gives the responses in the one frame that comes back. */
  List<Reply> askAll(byte[] frame) {
    server.deliver(frame);
    assertThat(server.transport.closed).as("connection closed").isEmpty();
    return next();
  }

  /** The responses in the next frame that the server has sent. */
  List<Reply> next() {
    byte[] frame = server.transport.sent.poll();
    assertThat(frame).as("a response").isNotNull();
    return parse(MemorySegment.ofArray(frame));
  }

  boolean hasNext() {
    return !server.transport.sent.isEmpty();
  }

  /** Sends one frame that the server must answer by closing the connection, without a word. */
  void assertDisconnects(byte[] frame) {
    server.deliver(frame);
    assertThat(server.transport.closed).as("connection closed").isPresent();
    assertThat(server.transport.sent).as("frames sent").isEmpty();
    server.assertNothingLeaks();
  }

  List<Reply> parse(MemorySegment frame) {
    try {
      Level level = Level.CLEAR;
      MemorySegment plain = frame;
      if (MessageOpener.isSealed(frame)) {
        plain = MemorySegment.ofArray(new byte[(int) MessageOpener.plaintextLength(frame)]);
        keys.orElseThrow().opener().open(frame, 0, plain);
        level = Level.ENCRYPT;
      }
      List<Reply> replies = new ArrayList<>();
      for (CompoundReader.Message message : CompoundReader.split(plain)) {
        Level its = level;
        if (message.header().has(HeaderFlags.SIGNED)) {
          assertThat(keys.orElseThrow().signer().verify(message.bytes()))
              .as("signature of the response")
              .isTrue();
          its = Level.SIGN;
        }
        granted += message.header().credits();
        replies.add(new Reply(message.header(), new MessageReader(message.bytes()), its));
      }
      return replies;
    } catch (RejectedMessageException | KeyUnavailableException | MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  private static Smb2Header headerOf(MemorySegment message) {
    try {
      return CompoundReader.split(message).getFirst().header();
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  byte[] seal(byte[]... messages) {
    List<MemorySegment> parts = new ArrayList<>();
    long bytes = 0;
    for (byte[] message : messages) {
      parts.add(MemorySegment.ofArray(message));
      bytes += message.length;
    }
    byte[] sealed = new byte[(int) MessageSealer.sealedLength(bytes)];
    try {
      keys.orElseThrow().sealer().seal(parts, MemorySegment.ofArray(sealed));
    } catch (KeyUnavailableException e) {
      throw new AssertionError(e);
    }
    return sealed;
  }

  byte[] sign(byte[] message) {
    MemorySegment signed = MemorySegment.ofArray(message);
    try {
      keys.orElseThrow().signer().sign(List.of(signed));
    } catch (KeyUnavailableException e) {
      throw new AssertionError(e);
    }
    return signed.toArray(ValueLayout.JAVA_BYTE);
  }
}
