package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.auth.ntlm.NtHash;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientException;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.client.TrafficGate;
import org.sealane.smb.interop.TamperingRelay.Change;
import org.sealane.smb.interop.TamperingRelay.Direction;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.ClientNegotiation.Encryption;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/** Somebody in the path changes a bit of how our client and Samba's smbd begin. */
class TamperedSmbdIT {
  /** NEGOTIATE and both SESSION_SETUPs, in each direction. */
  private static final int OPENING_FRAMES = 3;

  /** Every byte of NEGOTIATE; of the tokens, which have checks of their own, some. */
  private static final int TOKEN_STRIDE = 7;

  @TempDir private Path directory;
  private SmbdServer smbd;
  private TamperingRelay relay;
  private TcpTransport transport;
  private SmbClient client;

  @BeforeEach
  void start() throws Exception {
    SmbdServer.require();
    smbd = SmbdServer.start(directory, Map.of("server min protocol", "SMB2_02"));
    relay = new TamperingRelay(smbd.address());
    FramePool pool = FramePool.ofHeapShare();
    transport = new TcpTransport(TcpSettings.defaults(), pool);
    client = new SmbClient(pool, new SecureRandom(), System::nanoTime, ClientListener.NONE);
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.close();
      transport.close();
      relay.close();
    }
    if (smbd != null) {
      smbd.close();
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Opens the share, and leaves again. */
  private void open(Set<Dialect> dialects) throws Exception {
    ClientSettings offered =
        ClientSettings.ofUser(
            UUID.randomUUID(),
            dialects,
            List.of(CipherId.values()),
            List.of(SigningAlgorithm.values()),
            Encryption.OPTIONAL);
    ClientSettings settings =
        new ClientSettings(
            offered.negotiation(),
            offered.creditsTarget(),
            offered.queuedRequestsMax(),
            offered.payloadBytesMax(),
            Duration.ofSeconds(2));
    ClientConnection connection = get(client.connect(transport, relay.address(), settings));
    try {
      ClientTree tree =
          get(
              connection
                  .authenticate(
                      NtlmMechanism.initiator(
                          SmbdServer.USER,
                          "",
                          NtHash.of(SmbdServer.PASSWORD.toCharArray()),
                          new SecureRandom()),
                      0)
                  .thenCompose(session ->
                      session.treeConnect(
                          "\\\\127.0.0.1\\" + SmbdServer.SHARE, TrafficGate.minimum(Level.SIGN))));
      get(tree.disconnect());
    } finally {
      connection.close("the test is done with it");
    }
  }

  @Test
  void shouldNoticeEveryChangedByteOfTheOpeningOfAnSmb311Connection() throws Exception {
    Set<Dialect> dialects = Set.of(Dialect.SMB_3_1_1);
    open(dialects);
    for (Direction direction : Direction.values()) {
      List<Integer> lengths = relay.frameBytes(direction).subList(0, OPENING_FRAMES);
      for (int frame = 0; frame < OPENING_FRAMES; frame++) {
        for (int at = 0; at < lengths.get(frame); at += frame == 0 ? 1 : TOKEN_STRIDE) {
          Change change = new Change(direction, frame, at);
          relay.change(change);
          assertThatThrownBy(() -> open(dialects))
              .as(change.toString())
              .isInstanceOf(ExecutionException.class);
          assertThat(relay.hasChanged()).as(change.toString()).isTrue();
        }
      }
    }
    relay.change(new Change(Direction.REQUEST, -1, 0));
    open(dialects);
  }

  /** Offsets within the response: the header has 64 bytes. */
  @ParameterizedTest
  @CsvSource({
    "SMB_3_0_2, 66, SecurityMode",
    "SMB_3_0_2, 68, DialectRevision",
    "SMB_3_0_2, 72, ServerGuid",
    "SMB_3_0_2, 87, ServerGuid",
    "SMB_3_0_2, 88, Capabilities",
    "SMB_3_0, 88, Capabilities",
    "SMB_2_1, 88, Capabilities",
    "SMB_2_1, 72, ServerGuid",
    "SMB_2_0_2, 72, ServerGuid"
  })
  void shouldNoticeAChangedAnswerOfAnOlderDialect(Dialect dialect, int offset, String field)
      throws Exception {
    Set<Dialect> dialects = EnumSet.of(dialect);
    open(dialects);
    relay.change(new Change(Direction.RESPONSE, 0, offset));

    assertThatThrownBy(() -> open(dialects)).as(field).cause().isInstanceOf(ClientException.class);
  }

  @Test
  void shouldNotBeTalkedDownByAChangedOffer() throws Exception {
    // The last of the offered dialects becomes 3.1.0, which nobody speaks.
    Set<Dialect> dialects = EnumSet.of(Dialect.SMB_2_1, Dialect.SMB_3_0_2);
    open(dialects);
    int lastDialect = 64 + 36 + 2;
    relay.change(new Change(Direction.REQUEST, 0, lastDialect + 1));

    // smbd compares, too, and is the first to end it: [MS-SMB2] 3.3.5.15.12.
    assertThatThrownBy(() -> open(dialects)).cause().isInstanceOf(ClientException.class);
    assertThat(relay.hasChanged()).isTrue();
  }
}
