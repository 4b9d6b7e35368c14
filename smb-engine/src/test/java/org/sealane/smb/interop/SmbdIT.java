package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.ntlm.NtHash;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientException;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.ClientOpen;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.client.TrafficGate;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.ClientNegotiation.Encryption;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;
import org.sealane.smb.wire.NtStatus;

/** Our client against Samba's smbd: every dialect, cipher and signing algorithm, and refusals. */
class SmbdIT {
  private static final int CONTENT_BYTES = 700_001;

  @TempDir private static Path directory;
  private static SmbdServer smbd;

  private FramePool pool;
  private TcpTransport transport;
  private SmbClient client;

  @BeforeAll
  static void startSmbd() throws Exception {
    SmbdServer.require();
    smbd =
        SmbdServer.start(
            directory, Map.of("server min protocol", "SMB2_02", "server smb encrypt", "desired"));
  }

  @AfterAll
  static void stopSmbd() {
    if (smbd != null) {
      smbd.close();
    }
  }

  @BeforeEach
  void start() {
    pool = FramePool.ofHeapShare();
    transport = new TcpTransport(TcpSettings.defaults(), pool);
    client = new SmbClient(pool, new SecureRandom(), System::nanoTime, ClientListener.NONE);
  }

  @AfterEach
  void stop() {
    client.close();
    transport.close();
  }

  private static <T> T get(CompletionStage<T> stage)
      throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static ClientSettings settings(
      Set<Dialect> dialects, List<CipherId> ciphers, List<SigningAlgorithm> signing) {
    return ClientSettings.ofUser(
        UUID.randomUUID(),
        dialects,
        ciphers,
        signing,
        ciphers.isEmpty() ? Encryption.OPTIONAL : Encryption.REQUIRED);
  }

  private ClientConnection connect(SmbdServer server, ClientSettings settings) throws Exception {
    return get(client.connect(transport, server.address(), settings));
  }

  private ClientTree tree(ClientConnection connection, String password, Level level)
      throws Exception {
    return get(
        connection
            .authenticate(
                NtlmMechanism.initiator(
                    SmbdServer.USER, "", NtHash.of(password.toCharArray()), new SecureRandom()),
                0)
            .thenCompose(session ->
                session.treeConnect(
                    "\\\\127.0.0.1\\" + SmbdServer.SHARE, TrafficGate.minimum(level))));
  }

  /** Writes a file, reads it back, lists it, and looks at what smbd stored. */
  private void roundTrip(ClientTree tree, Level level, String name) throws Exception {
    byte[] content = new byte[CONTENT_BYTES];
    new Random(name.hashCode()).nextBytes(content);
    ClientOpen file =
        get(
            tree.create(
                new CreateParameters(
                    SharePath.ofWire(name),
                    AccessMask.GENERIC_ALL,
                    0,
                    CreateParameters.SHARE_ALL,
                    CreateDisposition.OVERWRITE_IF,
                    0)));
    get(file.write(0, MemorySegment.ofArray(content), false));
    get(file.flush());
    byte[] read = new byte[CONTENT_BYTES];
    int done = 0;
    while (done < read.length) {
      done += get(file.read(done, MemorySegment.ofArray(read).asSlice(done)));
    }
    assertThat(Arrays.equals(read, content)).isTrue();
    assertThat(get(file.information()).endOfFile()).isEqualTo(CONTENT_BYTES);
    get(file.close());
    assertThat(smbd.shared().resolve(name)).hasBinaryContent(content);
    ClientOpen root =
        get(
            tree.create(
                new CreateParameters(
                    SharePath.ROOT,
                    AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_ATTRIBUTES,
                    0,
                    CreateParameters.SHARE_ALL,
                    CreateDisposition.OPEN,
                    0)));
    assertThat(get(root.queryDirectory("*", true)))
        .extracting(FileInformation::name)
        .contains(name);
    get(root.close());
    long bytes = CONTENT_BYTES;
    assertThat(tree.received())
        .isEqualTo(
            level == Level.ENCRYPT ? new PayloadBytes(bytes, 0, 0) : new PayloadBytes(0, bytes, 0));
    get(tree.disconnect());
    get(tree.session().logoff());
  }

  @ParameterizedTest
  @EnumSource
  void shouldSignEverythingInEveryDialect(Dialect dialect) throws Exception {
    ClientConnection connection =
        connect(smbd, settings(EnumSet.of(dialect), List.of(), List.of(SigningAlgorithm.values())));

    assertThat(connection.negotiated().dialect()).isEqualTo(dialect);
    roundTrip(
        tree(connection, SmbdServer.PASSWORD, Level.SIGN), Level.SIGN, "sign-" + dialect.word());
  }

  @ParameterizedTest
  @EnumSource(names = {"SMB_3_0", "SMB_3_0_2", "SMB_3_1_1"})
  void shouldEncryptEverythingInEveryDialectThatCan(Dialect dialect) throws Exception {
    ClientConnection connection =
        connect(
            smbd,
            settings(
                EnumSet.of(dialect),
                List.of(CipherId.values()),
                List.of(SigningAlgorithm.values())));

    roundTrip(
        tree(connection, SmbdServer.PASSWORD, Level.ENCRYPT),
        Level.ENCRYPT,
        "seal-" + dialect.word());
  }

  @ParameterizedTest
  @EnumSource
  void shouldEncryptWithEveryCipher(CipherId cipher) throws Exception {
    ClientConnection connection =
        connect(
            smbd,
            settings(
                Set.of(Dialect.SMB_3_1_1), List.of(cipher), List.of(SigningAlgorithm.values())));

    assertThat(connection.negotiated().cipher()).contains(cipher);
    roundTrip(tree(connection, SmbdServer.PASSWORD, Level.ENCRYPT), Level.ENCRYPT, cipher.word());
  }

  @ParameterizedTest
  @EnumSource
  void shouldSignWithEveryAlgorithm(SigningAlgorithm signing) throws Exception {
    ClientConnection connection =
        connect(smbd, settings(Set.of(Dialect.SMB_3_1_1), List.of(), List.of(signing)));

    assertThat(connection.negotiated().signing()).isEqualTo(signing);
    roundTrip(tree(connection, SmbdServer.PASSWORD, Level.SIGN), Level.SIGN, signing.word());
  }

  @Test
  void shouldTakeTheNewestOfAllDialects() throws Exception {
    ClientConnection connection =
        connect(
            smbd,
            settings(
                EnumSet.allOf(Dialect.class),
                List.of(CipherId.values()),
                List.of(SigningAlgorithm.values())));

    assertThat(connection.negotiated().dialect()).isEqualTo(Dialect.SMB_3_1_1);
  }

  @Test
  void shouldBeToldThatThePasswordIsWrong() throws Exception {
    ClientConnection connection =
        connect(
            smbd,
            settings(
                EnumSet.allOf(Dialect.class),
                List.of(CipherId.values()),
                List.of(SigningAlgorithm.values())));

    assertThatThrownBy(() -> tree(connection, "wrong", Level.ENCRYPT))
        .cause()
        .isInstanceOfSatisfying(
            ClientException.AuthenticationFailed.class,
            refused -> assertThat(refused.status()).isEqualTo(NtStatus.LOGON_FAILURE));
  }

  @Test
  void shouldRefuseAServerThatCanNotEncryptWherePrivacyIsAskedFor() throws Exception {
    Path other = Files.createDirectories(directory.resolve("plain"));
    try (SmbdServer plain = SmbdServer.start(other, Map.of("server smb encrypt", "off"))) {
      assertThatThrownBy(() ->
              connect(
                  plain,
                  settings(
                      EnumSet.allOf(Dialect.class),
                      List.of(CipherId.values()),
                      List.of(SigningAlgorithm.values()))))
          .cause()
          .isInstanceOf(ClientException.NegotiationFailed.class)
          .hasMessageContaining("Ciphers");
    }
  }

  @Test
  void shouldRefuseADialectThatTheServerDoesNotSpeak() throws Exception {
    Path other = Files.createDirectories(directory.resolve("modern"));
    try (SmbdServer modern = SmbdServer.start(other, Map.of("server min protocol", "SMB3_11"))) {
      assertThatThrownBy(() ->
              connect(
                  modern,
                  settings(Set.of(Dialect.SMB_2_1), List.of(), List.of(SigningAlgorithm.values()))))
          .cause()
          .isInstanceOf(ClientException.class);
    }
  }

  @Test
  void shouldBeRefusedByAServerThatWantsEncryption() throws Exception {
    Path other = Files.createDirectories(directory.resolve("strict"));
    try (SmbdServer strict = SmbdServer.start(other, Map.of("server smb encrypt", "required"))) {
      ClientConnection connection =
          connect(
              strict,
              settings(Set.of(Dialect.SMB_3_1_1), List.of(), List.of(SigningAlgorithm.values())));
      assertThatThrownBy(() -> tree(connection, SmbdServer.PASSWORD, Level.SIGN))
          .cause()
          .isInstanceOfSatisfying(
              ClientException.class,
              refused -> assertThat(refused.status()).isEqualTo(NtStatus.ACCESS_DENIED));
    }
  }
}
