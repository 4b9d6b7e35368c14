package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.KeyParameters;
import org.sealane.smb.encryption.MessageOpener;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.CreateResponse;
import org.sealane.smb.io.CreateResponseCodec;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.MaxSizes;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.NegotiateResponse;
import org.sealane.smb.negotiate.NegotiateResponseCodec;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.ServerNegotiation;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.session.SessionSetupRequestCodec;
import org.sealane.smb.session.SessionSetupResponse;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.tree.ShareType;
import org.sealane.smb.tree.TreeConnectResponse;
import org.sealane.smb.tree.TreeConnectResponseCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.ErrorResponse;
import org.sealane.smb.wire.ErrorResponseCodec;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * The other end of a client connection, driven by the test: it answers what the test says, when it
 * says so, at the level it says. Everything happens on the test's thread, so that it is done when
 * the call returns.
 */
final class ScriptedServer {
  static final long SESSION_ID = 0x1122_3344_5566L;
  static final int TREE_ID = 5;
  static final FileId FILE_ID = new FileId(11, 12);
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** One request as the server sees it. */
  record Received(Smb2Header header, MessageReader message, Level level) {
    Command command() {
      return Command.ofCode(header.command()).orElseThrow();
    }
  }

  final FramePool pool = new FramePool(64 << 20, 1 << 20);
  final FakeTransport transport = new FakeTransport(pool);
  final List<ClientEvent> events = new ArrayList<>();
  final ClientConnection connection;
  final FakeContext context = new FakeContext();
  private final Set<RdmaTransformId> transforms;
  long nowNanos = 1_000;

  /** The client's, so that each connection can have keys of its own. */
  byte[] salt = new byte[32];

  Optional<SessionKeys> keys = Optional.empty();
  Optional<NegotiatedConnection> negotiated = Optional.empty();
  private PreauthIntegrityHash hash = PreauthIntegrityHash.initial();

  ScriptedServer() {
    this(settings());
  }

  ScriptedServer(ClientSettings settings) {
    this(settings, Optional.empty(), Set.of());
  }

  /**
   * @param placement what the client's end of the connection places with
   * @param transforms what the server's NEGOTIATE has
   */
  ScriptedServer(
      ClientSettings settings,
      Optional<MemoryPlacement> placement,
      Set<RdmaTransformId> transforms) {
    this.transforms = transforms;
    placement.ifPresent(transport::placement);
    connection =
        new ClientConnection(
            transport,
            settings,
            pool,
            () -> nowNanos,
            new ClientListener() {
              @Override
              public void onEvent(ClientEvent event) {
                events.add(event);
              }
            });
    transport.handler(connection.frames());
  }

  static ClientSettings settings() {
    ClientSettings lane =
        ClientSettings.of(
            new UUID(3, 3), List.of(CipherId.AES_128_GCM), List.of(SigningAlgorithm.AES_GMAC));
    return new ClientSettings(lane.negotiation(), 64, 16, 8 << 20, TIMEOUT);
  }

  ClientConnection negotiate() {
    CompletableFuture<ClientConnection> done = connection.negotiate(salt).toCompletableFuture();
    answerNegotiate(CipherId.AES_128_GCM);
    return done.join();
  }

  void answerNegotiate(CipherId cipher) {
    Received request = receive();
    ServerNegotiation.Settings offer =
        new ServerNegotiation.Settings(
            Set.of(Dialect.SMB_3_1_1),
            List.of(cipher),
            List.of(SigningAlgorithm.AES_GMAC),
            transforms,
            SecurityMode.SIGNING_ENABLED,
            new Capabilities(Capabilities.LARGE_MTU),
            MaxSizes.all(8 << 20),
            new UUID(4, 4),
            new byte[0]);
    ServerNegotiation.Outcome outcome =
        decode(() ->
            ServerNegotiation.decide(
                request.header(),
                NegotiateRequestCodec.decode(request.message()),
                Optional.empty(),
                offer,
                new ServerNegotiation.Fresh(new byte[32], 0)));
    ServerNegotiation.Outcome.Agreed agreed = (ServerNegotiation.Outcome.Agreed) outcome;
    negotiated = Optional.of(agreed.connection());
    answerNegotiate(request, agreed.response());
  }

  void answerNegotiate(Received request, NegotiateResponse response) {
    hash = hash.extend(request.message().message());
    byte[] message =
        message(
            header(request.header(), NtStatus.SUCCESS, 1),
            out -> NegotiateResponseCodec.encode(response, out));
    hash = hash.extend(MemorySegment.ofArray(message));
    transport.deliver(message);
  }

  ClientSession authenticate() {
    CompletableFuture<ClientSession> session =
        connection.authenticate(context, 0).toCompletableFuture();
    answerSetup("hello", NtStatus.MORE_PROCESSING_REQUIRED, "go on");
    answerFinalSetup(message -> message);
    return session.join();
  }

  /** Answers a step with a token that is not the last. */
  void answerSetup(String expectedToken, NtStatus status, String token) {
    Received request = receive();
    byte[] said = decode(() -> SessionSetupRequestCodec.decode(request.message())).securityBuffer();
    assertThat(said).isEqualTo(FakeContext.token(expectedToken));
    hash = hash.extend(request.message().message());
    byte[] message = setupResponse(request, status, 0, token);
    hash = hash.extend(MemorySegment.ofArray(message));
    transport.deliver(message);
  }

  /** Answers the last step with a signed success, changed on its way. */
  void answerFinalSetup(java.util.function.UnaryOperator<byte[]> onTheWay) {
    Received request = receive();
    hash = hash.extend(request.message().message());
    SessionKeys derived =
        SessionKeys.derive(
            FakeContext.secret(),
            new KeyParameters(
                new KeyContext.Smb311(hash.value()),
                negotiated.orElseThrow().cipher(),
                negotiated.orElseThrow().signing(),
                Role.SERVER,
                SESSION_ID));
    keys = Optional.of(derived);
    byte[] message = setupResponse(request, NtStatus.SUCCESS, 64, "welcome");
    sign(message);
    transport.deliver(onTheWay.apply(message));
  }

  private byte[] setupResponse(Received request, NtStatus status, int credits, String token) {
    Smb2Header asked = request.header();
    Smb2Header header =
        new Smb2Header(
            asked.creditCharge(),
            status,
            asked.command(),
            Math.max(1, credits),
            HeaderFlags.SERVER_TO_REDIR,
            0,
            asked.messageId(),
            0,
            SESSION_ID);
    return message(
        header,
        out ->
            SessionSetupResponseCodec.encode(
                new SessionSetupResponse(0, FakeContext.token(token)), out));
  }

  ClientTree treeConnect(ClientSession session, TrafficGate gate) {
    CompletableFuture<ClientTree> tree =
        session.treeConnect("\\\\server\\share", gate).toCompletableFuture();
    Received request = receive();
    assertThat(request.command()).isEqualTo(Command.TREE_CONNECT);
    Smb2Header asked = header(request.header(), NtStatus.SUCCESS, 1);
    Smb2Header withTree =
        new Smb2Header(
            asked.creditCharge(),
            asked.status(),
            asked.command(),
            asked.credits(),
            asked.flags(),
            0,
            asked.messageId(),
            Smb2Header.treeField(TREE_ID),
            asked.sessionId());
    deliver(
        message(
            withTree,
            out ->
                TreeConnectResponseCodec.encode(
                    new TreeConnectResponse(ShareType.DISK, 0, 0, -1), out)),
        request.level());
    return tree.join();
  }

  static CreateParameters parameters() {
    return new CreateParameters(
        new SharePath(List.of("file")), 3, 0, 7, CreateDisposition.OPEN_IF, 0);
  }

  ClientOpen open(ClientTree tree) {
    CompletableFuture<ClientOpen> open = tree.create(parameters()).toCompletableFuture();
    Received request = receive();
    assertThat(request.command()).isEqualTo(Command.CREATE);
    reply(
        request,
        NtStatus.SUCCESS,
        out ->
            CreateResponseCodec.encode(
                new CreateResponse(
                    0,
                    0,
                    CreateAction.OPENED,
                    new FileNetworkOpenInformation(
                        java.time.Instant.EPOCH,
                        java.time.Instant.EPOCH,
                        java.time.Instant.EPOCH,
                        java.time.Instant.EPOCH,
                        0,
                        0,
                        0),
                    FILE_ID,
                    List.of()),
                out));
    return open.join();
  }

  /** Sets everything up to an open on a tree behind the gate. */
  ClientOpen open(TrafficGate gate) {
    negotiate();
    return open(treeConnect(authenticate(), gate));
  }

  /** The next request the client sent, opened and verified. */
  Received receive() {
    return received(transport.take());
  }

  /** The request behind an operation just begun. */
  Received receiveOf(CompletableFuture<?> begun) {
    assertThat(begun).isNotDone();
    return receive();
  }

  Received received(byte[] frame) {
    MemorySegment bytes = MemorySegment.ofArray(frame);
    if (MessageOpener.isSealed(bytes)) {
      MemorySegment plain = MemorySegment.ofArray(new byte[frame.length - 52]);
      return split(
          decode(() -> keys.orElseThrow().opener().open(bytes, 0, plain)).bytes(), Level.ENCRYPT);
    }
    Received request = split(bytes, Level.CLEAR);
    if (!request.header().has(HeaderFlags.SIGNED)) {
      return request;
    }
    boolean right = decode(() -> keys.orElseThrow().signer().verify(bytes));
    assertThat(right).isTrue();
    return new Received(request.header(), request.message(), Level.SIGN);
  }

  private static Received split(MemorySegment bytes, Level level) {
    List<CompoundReader.Message> messages = decode(() -> CompoundReader.split(bytes));
    assertThat(messages).hasSize(1);
    return new Received(
        messages.getFirst().header(), new MessageReader(messages.getFirst().bytes()), level);
  }

  /** Answers at the level of the request, granting back what it cost. */
  void reply(Received request, NtStatus status, Consumer<MessageWriter> body) {
    reply(request, status, Math.max(1, request.header().creditCharge()), body);
  }

  void reply(Received request, NtStatus status, int credits, Consumer<MessageWriter> body) {
    deliver(message(header(request.header(), status, credits), body), request.level());
  }

  void fail(Received request, NtStatus status) {
    reply(request, status, out -> ErrorResponseCodec.encode(ErrorResponse.EMPTY, out));
  }

  /** An interim response, unsigned as it must be. */
  void replyPending(Received request, long asyncId, int credits, Level level) {
    deliver(pending(request, asyncId, credits), level);
  }

  static byte[] pending(Received request, long asyncId, int credits) {
    Smb2Header asked = request.header();
    Smb2Header header =
        new Smb2Header(
            asked.creditCharge(),
            NtStatus.PENDING,
            asked.command(),
            credits,
            HeaderFlags.SERVER_TO_REDIR | HeaderFlags.ASYNC_COMMAND,
            0,
            asked.messageId(),
            asyncId,
            asked.sessionId());
    return message(header, out -> ErrorResponseCodec.encode(ErrorResponse.EMPTY, out));
  }

  /** Delivers a message at a level. */
  void deliver(byte[] message, Level level) {
    switch (level) {
      case CLEAR -> transport.deliver(message);
      case SIGN -> {
        sign(message);
        transport.deliver(message);
      }
      case ENCRYPT -> transport.deliver(seal(message));
    }
  }

  void sign(byte[] message) {
    decode(() -> {
      keys.orElseThrow().signer().sign(List.of(MemorySegment.ofArray(message)));
      return message;
    });
  }

  byte[] seal(byte[] message) {
    MemorySegment sealed =
        MemorySegment.ofArray(new byte[(int) MessageSealer.sealedLength(message.length)]);
    decode(() -> {
      keys.orElseThrow().sealer().seal(List.of(MemorySegment.ofArray(message)), sealed);
      return sealed;
    });
    return sealed.toArray(ValueLayout.JAVA_BYTE);
  }

  static byte[] message(Smb2Header header, Consumer<MessageWriter> body) {
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(header, out);
    body.accept(out);
    return out.written().toArray(ValueLayout.JAVA_BYTE);
  }

  static Smb2Header header(Smb2Header request, NtStatus status, int credits) {
    return new Smb2Header(
        request.creditCharge(),
        status,
        request.command(),
        credits,
        HeaderFlags.SERVER_TO_REDIR,
        0,
        request.messageId(),
        request.asyncOrTreeId(),
        request.sessionId());
  }

  /** Lets time pass and the client look at its clock. */
  void pass(Duration time) {
    nowNanos += time.toNanos();
    connection.onTime(nowNanos);
    transport.reportClose();
  }

  /** What a test can not go on without. */
  interface Fallible<T> {
    T get() throws Exception;
  }

  static <T> T decode(Fallible<T> fallible) {
    try {
      return fallible.get();
    } catch (MalformedMessageException e) {
      throw new AssertionError("the client sent malformed bytes: " + e.getMessage(), e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
