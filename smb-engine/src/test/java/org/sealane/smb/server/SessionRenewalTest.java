package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.io.FileId;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.session.SessionFlags;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.wire.NtStatus;

/** Expiry and reauthentication of users' sessions, [MS-SMB2] 3.3.5.2.9, 3.3.5.5.2 and .3. */
class SessionRenewalTest {
  private static final Duration LIFETIME = Duration.ofSeconds(60);
  private static final ServerSettings SETTINGS =
      ServerSettings.defaults(ServerHarness.SERVER_GUID)
          .with(Limit.SESSION_LIFETIME_SECONDS, (int) LIFETIME.toSeconds())
          .with(Limit.CHANNELS_PER_SESSION, 8);

  private ServerHarness server = ServerHarness.of(SETTINGS);
  private ScriptedPeer peer = new ScriptedPeer(server);
  private PeerFiles files = new PeerFiles(peer).at(Level.SIGN);

  private void serve(ServerSettings settings) {
    server = ServerHarness.of(settings);
    peer = new ScriptedPeer(server);
    files = new PeerFiles(peer).at(Level.SIGN);
  }

  /** Gives an open file. */
  private FileId establish(String user) {
    peer.negotiate();
    assertThat(peer.setup(user).status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(peer.treeConnect("\\\\server\\share", files.level).status())
        .isEqualTo(NtStatus.SUCCESS);
    return files.open("f");
  }

  private Reply renew(String word) {
    return peer.setupRequest(word, 0).level(files.level).ask();
  }

  private NtStatus write(FileId file) {
    return files.write(file, 0, new byte[] {1}).ask().status();
  }

  private void assertGone(FileId file) {
    assertThat(server.share.openNow()).isZero();
    assertThat(files.at(Level.CLEAR).write(file, 0, new byte[] {1}).ask().status())
        .isEqualTo(NtStatus.USER_SESSION_DELETED);
    assertThat(server.globalSessions.sizeWithBegun()).isZero();
    server.assertNothingLeaks();
  }

  @Test
  void shouldServeAgainAfterReauthenticationWithAllThatWasOpen() {
    FileId file = establish("user-anna");
    server.advance(LIFETIME);

    Reply refused = files.write(file, 0, new byte[] {1}).ask();
    assertThat(refused.status()).isEqualTo(NtStatus.NETWORK_SESSION_EXPIRED);
    assertThat(refused.level()).isEqualTo(Level.SIGN);

    assertThat(renew("user-anna").level()).isEqualTo(Level.SIGN);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.advance(LIFETIME.minusSeconds(1));
    assertThat(write(file)).as("its time begins anew").isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldKeepAnExpiredSessionAndItsConnection() {
    FileId file = establish("user-anna");
    server.advance(LIFETIME);
    server.advance(Duration.ofHours(3));

    assertThat(server.transport.closed).isEmpty();
    assertThat(renew("user-anna").status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldLetAnExpiredSessionLetGo() {
    FileId file = establish("user-anna");
    server.advance(LIFETIME);

    assertThat(files.close(file).ask().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(files.create("g").ask().status()).isEqualTo(NtStatus.NETWORK_SESSION_EXPIRED);
    assertThat(files.logoff().ask().status()).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldReauthenticateAValidSessionAndKeepItsKeys() throws Exception {
    serve(SETTINGS.withSessionLevel(Level.ENCRYPT));
    files.at(Level.ENCRYPT);
    FileId file = establish("user-anna");

    assertThat(renew("more").status()).isEqualTo(NtStatus.MORE_PROCESSING_REQUIRED);
    assertThat(write(file)).as("served meanwhile").isEqualTo(NtStatus.SUCCESS);
    Reply done = renew("user-anna");

    assertThat(done.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(done.level()).isEqualTo(Level.ENCRYPT);
    assertThat(SessionSetupResponseCodec.decode(done.in()).sessionFlags())
        .isEqualTo(SessionFlags.ENCRYPT_DATA);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldRefuseRequestsOfAnExpiredSessionUntilReauthenticationEnds() {
    FileId file = establish("user-anna");
    server.advance(LIFETIME);

    renew("more");
    assertThat(write(file)).isEqualTo(NtStatus.NETWORK_SESSION_EXPIRED);
    renew("user-anna");
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldExpireWhileAReauthenticationIsLeftUndone() {
    FileId file = establish("user-anna");
    renew("more");
    server.advance(LIFETIME);

    assertThat(write(file)).isEqualTo(NtStatus.NETWORK_SESSION_EXPIRED);
    assertThat(renew("user-anna").status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({
    "user-bert, 0xC0000022",
    "silent, 0xC000006D",
    "bad, 0xC000006D",
    "fault, 0xC00000E5"
  })
  void shouldEndTheSessionOfWhoFails(String word, String status) {
    FileId file = establish("user-anna");

    Reply reply = renew(word);

    assertThat(reply.status())
        .isEqualTo(new NtStatus(Integer.parseUnsignedInt(status.substring(2), 16)));
    assertThat(reply.level()).isEqualTo(Level.SIGN);
    assertThat(server.events(ServerEvent.AuthenticationRefused.class)).hasSize(1);
    assertGone(file);
  }

  @Test
  void shouldNotLetAnUnprotectedRequestHarmTheSession() {
    FileId file = establish("user-anna");

    assertThat(peer.setupRequest("silent", 0).ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);
    renew("more");
    assertThat(peer.setupRequest("silent", 0).ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);

    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldNeitherExpireNorReauthenticateNodes() {
    FileId file = establish("node1");
    server.advance(LIFETIME.multipliedBy(2));

    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    assertThat(renew("node1").status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldNotLogOffWhileAWorkerReauthenticates() {
    FileId file = establish("user-anna");
    server.workersPaused = true;
    server.deliver(peer.setupRequest("user-anna", 0).level(Level.SIGN).bytes());

    assertThat(files.logoff().ask().status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
    assertThat(renew("user-anna").status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
    server.resumeWorkers();

    assertThat(peer.next().getFirst().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldLeakNothingWhenTheConnectionIsLostWhileAWorkerReauthenticates() {
    establish("user-anna");
    server.workersPaused = true;
    server.deliver(peer.setupRequest("user-anna", 0).level(Level.SIGN).bytes());
    server.peerCloses();

    server.resumeWorkers();

    server.assertNothingLeaks();
  }

  @Test
  void shouldExpireAndRenewAllChannelsTogether() {
    FileId file = establish("user-anna");
    ServerHarness otherServer = server.companion();
    ScriptedPeer other = new ScriptedPeer(otherServer);
    other.negotiate();
    assertThat(SessionBindingTest.bind(other, peer, "user-anna").status())
        .isEqualTo(NtStatus.SUCCESS);
    other.treeId = peer.treeId;
    PeerFiles otherFiles = new PeerFiles(other).at(Level.SIGN);
    otherServer.nowNanos = server.nowNanos;
    server.advance(LIFETIME);
    otherServer.advance(LIFETIME);

    assertThat(otherFiles.write(file, 0, new byte[] {1}).ask().status())
        .isEqualTo(NtStatus.NETWORK_SESSION_EXPIRED);
    ScriptedPeer third = new ScriptedPeer(server.companion());
    third.negotiate();
    assertThat(SessionBindingTest.bind(third, peer, "user-anna").status())
        .isEqualTo(NtStatus.NETWORK_SESSION_EXPIRED);

    assertThat(other.setupRequest("user-anna", 0).level(Level.SIGN).ask().status())
        .isEqualTo(NtStatus.SUCCESS);
    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    assertThat(otherFiles.write(file, 0, new byte[] {2}).ask().status())
        .isEqualTo(NtStatus.SUCCESS);
    server.peerCloses();
    otherServer.assertNothingLeaks();
  }

  @Test
  void shouldEndAllChannelsOfWhoFailsOnOne() {
    establish("user-anna");
    ServerHarness otherServer = server.companion();
    ScriptedPeer other = new ScriptedPeer(otherServer);
    other.negotiate();
    SessionBindingTest.bind(other, peer, "user-anna");

    assertThat(other.setupRequest("silent", 0).level(Level.SIGN).ask().status())
        .isEqualTo(NtStatus.LOGON_FAILURE);

    assertThat(server.transport.closed).isPresent();
    assertThat(server.share.openNow()).isZero();
    assertThat(server.globalSessions.sizeWithBegun()).isZero();
    otherServer.assertNothingLeaks();
  }
}
