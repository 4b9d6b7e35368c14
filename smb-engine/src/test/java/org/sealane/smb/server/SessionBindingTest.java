package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.OplockBreakNotification;
import org.sealane.smb.io.OplockBreakNotificationCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiateRequest;
import org.sealane.smb.negotiate.NegotiateResponseCodec;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.session.SessionSetupRequest;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.NtStatus;

/** Sessions of several connections, [MS-SMB2] 3.3.5.5. Each check by its own test. */
class SessionBindingTest {
  private static final ServerSettings SETTINGS =
      ServerSettings.defaults(ServerHarness.SERVER_GUID).with(Limit.CHANNELS_PER_SESSION, 8);

  private ServerHarness server = ServerHarness.of(SETTINGS);
  private ScriptedPeer first = new ScriptedPeer(server);
  private ServerHarness otherServer = server.companion();
  private ScriptedPeer other = new ScriptedPeer(otherServer);

  /** Both connections anew, of a server with these settings. */
  private void serve(ServerSettings settings) {
    server = ServerHarness.of(settings);
    first = new ScriptedPeer(server);
    otherServer = server.companion();
    other = new ScriptedPeer(otherServer);
  }

  private void establish() {
    first.negotiate();
    assertThat(first.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);
  }

  private static PeerRequest request(ScriptedPeer channel, ScriptedPeer of, String word) {
    // A cipher of its own: what repeats a nonce is to be refused by the server.
    channel.keys = of.keys.map(_ -> of.deriveKeys());
    channel.sessionId = of.sessionId;
    return channel.setupRequest(word, SessionSetupRequest.FLAG_BINDING).level(Level.SIGN);
  }

  /** One step of a binding, signed by the session's key; takes the channel's key at its end. */
  static Reply bind(ScriptedPeer channel, ScriptedPeer of, String word) {
    byte[] message = request(channel, of, word).bytes();
    channel.hash = channel.hash.extend(MemorySegment.ofArray(message));
    channel.server.deliver(message);
    assertThat(channel.server.transport.closed).isEmpty();
    byte[] frame = channel.server.transport.sent.poll();
    assertThat(frame).as("a response").isNotNull();
    NtStatus status =
        new NtStatus(
            java.nio.ByteBuffer.wrap(frame).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(8));
    if (status.equals(NtStatus.SUCCESS)) {
      try (SessionSecret secret = new SessionSecret(TestMechanism.secretBytes())) {
        channel.keys =
            Optional.of(
                of.keys
                    .orElseThrow()
                    .forChannel(secret, new KeyContext.Smb311(channel.hash.value())));
      }
    } else if (status.equals(NtStatus.MORE_PROCESSING_REQUIRED)) {
      channel.hash = channel.hash.extend(MemorySegment.ofArray(frame));
    }
    return channel.parse(MemorySegment.ofArray(frame)).getFirst();
  }

  private void bound() {
    establish();
    other.negotiate();
    assertThat(bind(other, first, "node1").status()).isEqualTo(NtStatus.SUCCESS);
  }

  private void assertRefused(NtStatus status) {
    other.negotiate();
    assertThat(bind(other, first, "node1").status()).isEqualTo(status);
    assertEnds();
  }

  /** Ends all connections, and checks that nothing is left anywhere. */
  private void assertEnds() {
    server.peerCloses();
    server.companions.forEach(ServerHarness::peerCloses);
    for (ServerHarness one : server.companions) {
      one.advance(java.time.Duration.ofSeconds(1));
      one.assertNothingLeaks();
    }
    server.advance(java.time.Duration.ofSeconds(1));
    server.assertNothingLeaks();
    assertThat(server.globalSessions.sizeWithBegun()).as("sessions left").isZero();
  }

  @Nested
  class Bound {
    @ParameterizedTest
    @ValueSource(strings = {"AES_GMAC", "AES_CMAC", "HMAC_SHA256"})
    void shouldServeTheSessionOnBothConnections(SigningAlgorithm signing) throws Exception {
      first.signing = signing;
      other.signing = signing;
      establish();
      first.treeConnect("\\\\server\\share", Level.SIGN);
      PeerFiles files = new PeerFiles(first).at(Level.SIGN);
      FileId file = files.open("f");
      other.negotiate();

      Reply reply = bind(other, first, "node1");

      assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(reply.level()).isEqualTo(Level.SIGN);
      assertThat(SessionSetupResponseCodec.decode(reply.in()).sessionFlags()).isZero();
      other.treeId = first.treeId;
      PeerFiles otherFiles = new PeerFiles(other).at(Level.SIGN);
      assertThat(otherFiles.write(file, 0, new byte[] {1, 2}).ask().status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(PeerFiles.payload(files.read(file, 0, 2).ask())).containsExactly(1, 2);
      assertThat(otherServer.authenticated).isTrue();
      assertEnds();
    }

    @Test
    void shouldRefuseAStepWhoseAnswerWouldRepeatANonce() {
      establish();
      other.negotiate();

      // The session's own authentication took one step, whose answer had this MessageId.
      assertThat(bind(other, first, "more").status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);

      assertThat(first.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertEnds();
    }

    @Test
    void shouldTakeMoreStepsThanTheSessionDidWhereNoNonceIsMadeOfThem() {
      first.signing = SigningAlgorithm.AES_CMAC;
      other.signing = SigningAlgorithm.AES_CMAC;
      establish();
      other.negotiate();

      assertThat(bind(other, first, "more").level()).isEqualTo(Level.SIGN);
      assertThat(bind(other, first, "node1").level()).isEqualTo(Level.SIGN);
      assertThat(other.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertEnds();
    }

    @Test
    void shouldBindInAsManyStepsAsAuthenticationTakes() {
      first.negotiate();
      assertThat(first.setup("more").status()).isEqualTo(NtStatus.MORE_PROCESSING_REQUIRED);
      assertThat(first.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);
      other.negotiate();

      assertThat(bind(other, first, "more").level()).isEqualTo(Level.SIGN);
      assertThat(bind(other, first, "node1").status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(other.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertEnds();
    }

    @Test
    void shouldSealOnAllChannelsUnderOneKeyAndNeverOneNonce() {
      bound();

      byte[] one = first.treeConnectRequest("\\\\server\\share").level(Level.ENCRYPT).bytes();
      server.deliver(one);
      byte[] two = other.treeConnectRequest("\\\\server\\share").level(Level.ENCRYPT).bytes();
      otherServer.deliver(two);

      byte[] firstAnswer = server.transport.sent.poll();
      byte[] secondAnswer = otherServer.transport.sent.poll();
      assertThat(nonce(firstAnswer)).isNotEqualTo(nonce(secondAnswer));
      assertThat(first.parse(MemorySegment.ofArray(firstAnswer)).getFirst().status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(other.parse(MemorySegment.ofArray(secondAnswer)).getFirst().status())
          .isEqualTo(NtStatus.SUCCESS);
      assertEnds();
    }

    @Test
    void shouldTellOfABreakOverAnotherChannelWhenItsOwnIsGone() throws Exception {
      bound();
      first.treeConnect("\\\\server\\share", Level.SIGN);
      PeerFiles files = new PeerFiles(first).at(Level.SIGN);
      FileId file = PeerFiles.fileId(OplockTest.create(files, OplockTest.BATCH).ask());
      server.share.caching.getFirst().onBreak(7, 1, 2, true);
      server.settle();
      assertThat(first.next().getFirst().header().command()).isEqualTo(Command.OPLOCK_BREAK.code());
      server.peerCloses();

      server.share.caching.getFirst().onBreak(7, 1, 2, true);
      server.settle();
      otherServer.settle();

      OplockBreakNotification told =
          OplockBreakNotificationCodec.decode(other.next().getFirst().in());
      assertThat(told.fileId()).isEqualTo(file);
      assertEnds();
    }

    private static byte[] nonce(byte[] sealed) {
      return java.util.Arrays.copyOfRange(sealed, 20, 36);
    }

    @Test
    void shouldNotTakeTheSessionsKeyForTheChannels() {
      bound();
      other.keys = first.keys;

      byte[] wrong = other.treeConnectRequest("\\\\server\\share").level(Level.SIGN).bytes();
      otherServer.deliver(wrong);

      assertThat(otherServer.transport.closed).isPresent();
      assertThat(otherServer.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
      assertEnds();
    }

    @Test
    void shouldKeepTheSessionWhenItsFirstConnectionIsLost() {
      establish();
      first.treeConnect("\\\\server\\share", Level.SIGN);
      FileId file = new PeerFiles(first).at(Level.SIGN).open("f");
      other.negotiate();
      bind(other, first, "node1");
      server.peerCloses();

      other.treeId = first.treeId;
      PeerFiles files = new PeerFiles(other);
      assertThat(files.at(Level.ENCRYPT).write(file, 0, new byte[] {7}).ask().status())
          .isEqualTo(NtStatus.SUCCESS);
      ServerHarness thirdServer = server.companion();
      ScriptedPeer third = new ScriptedPeer(thirdServer);
      third.signing = first.signing;
      third.negotiate();
      // The session's own key is still there to bind with, but its nonce is used.
      assertThat(bind(third, first, "node1").status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);

      otherServer.peerCloses();
      assertThat(server.share.openNow()).isZero();
      assertEnds();
    }

    @Test
    void shouldCloseOpensOnlyWhenNoChannelUsesThemAnyMore() {
      establish();
      first.treeConnect("\\\\server\\share", Level.SIGN);
      PeerFiles files = new PeerFiles(first);
      FileId file = files.at(Level.SIGN).open("f");
      other.negotiate();
      bind(other, first, "node1");
      server.workersPaused = true;
      server.deliver(files.write(file, 0, new byte[] {1}).bytes());
      Runnable write = server.workers.poll();
      int[] openDuringWrite = new int[1];
      server.share.beforeWrite =
          () -> {
            server.peerCloses();
            otherServer.peerCloses();
            openDuringWrite[0] = server.share.openNow();
          };

      write.run();
      assertThat(openDuringWrite[0]).isEqualTo(1);
      server.workersPaused = false;
      server.settle();
      otherServer.advance(java.time.Duration.ofSeconds(1));

      assertThat(server.share.openNow()).isZero();
      assertEnds();
    }

    @Test
    void shouldEndAllChannelsByLogoffOnOne() {
      bound();
      assertThat(new PeerFiles(other).at(Level.SIGN).logoff().ask().status())
          .isEqualTo(NtStatus.SUCCESS);

      assertThat(first.ask(first.treeConnectRequest("\\\\server\\share").bytes()).status())
          .isEqualTo(NtStatus.USER_SESSION_DELETED);
      assertThat(server.globalSessions.sizeWithBegun()).isZero();
      assertEnds();
    }

    @Test
    void shouldEndAllChannelsOfASessionThatIsReplaced() {
      bound();
      ServerHarness nextServer = server.companion();
      ScriptedPeer next = new ScriptedPeer(nextServer);
      next.negotiate();
      next.previousSessionId = first.sessionId;

      assertThat(next.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);

      assertThat(server.transport.closed).isPresent();
      assertThat(otherServer.transport.closed).isPresent();
      assertEnds();
    }

    @Test
    void shouldRefuseAWriteOfAnEarlierChannelSequence() {
      establish();
      first.treeConnect("\\\\server\\share", Level.SIGN);
      PeerFiles files = new PeerFiles(first).at(Level.SIGN);
      FileId file = files.open("f");
      other.negotiate();
      bind(other, first, "node1");
      other.treeId = first.treeId;

      assertThat(
              new PeerFiles(other)
                  .at(Level.SIGN)
                  .write(file, 0, new byte[] {2})
                  .channelSequence(1)
                  .ask()
                  .status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(files.write(file, 0, new byte[] {1}).channelSequence(0).ask().status())
          .isEqualTo(NtStatus.FILE_NOT_AVAILABLE);
      assertThat(server.share.files.get("f")).containsExactly(2);
      assertEnds();
    }
  }

  @Nested
  class Refused {
    @Test
    void shouldNotKnowASessionThatIsNotThere() {
      establish();
      first.sessionId++;

      assertRefused(NtStatus.USER_SESSION_DELETED);
    }

    @Test
    void shouldRefuseASessionThatIsBeingSetUp() {
      first.negotiate();
      first.setup("more");
      other.negotiate();
      other.sessionId = first.sessionId;

      assertThat(other.setupRequest("node1", SessionSetupRequest.FLAG_BINDING).ask().status())
          .isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
      assertEnds();
    }

    @Test
    void shouldRefuseWhatIsNotSigned() {
      establish();
      other.negotiate();
      other.sessionId = first.sessionId;

      assertThat(other.setupRequest("node1", SessionSetupRequest.FLAG_BINDING).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
      assertEnds();
    }

    @Test
    void shouldRefuseAWrongSignatureAndReportIt() {
      establish();
      other.negotiate();
      byte[] message = request(other, first, "node1").bytes();
      message[message.length - 1] ^= 1;

      assertThat(other.ask(message).status()).isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(otherServer.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
      assertEnds();
    }

    @Test
    void shouldRefuseAnotherDialect() {
      serve(
          SETTINGS.withAccess(
              new AccessRules(EnumSet.range(Dialect.SMB_2_1, Dialect.SMB_3_1_1), true, true)));
      establish();
      other.negotiate(older(Dialect.SMB_3_0_2));

      assertThat(bind(other, first, "node1").status()).isEqualTo(NtStatus.INVALID_PARAMETER);
      assertEnds();
    }

    @Test
    void shouldRefuseADialectThatHasNoChannels() {
      serve(
          SETTINGS.withAccess(
              new AccessRules(EnumSet.range(Dialect.SMB_2_1, Dialect.SMB_3_1_1), true, true)));
      establish();
      other.negotiate(older(Dialect.SMB_2_1));

      assertThat(bind(other, first, "node1").status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
      assertEnds();
    }

    private NegotiateRequest older(Dialect dialect) {
      NegotiateRequest newest = other.negotiateRequest();
      return new NegotiateRequest(
          newest.securityMode(),
          newest.capabilities(),
          newest.clientGuid(),
          List.of(dialect.revision()),
          List.of());
    }

    @Test
    void shouldRefuseAnotherCipher() {
      establish();
      other.cipher = CipherId.AES_256_GCM;

      assertRefused(NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldRefuseAnotherSigningAlgorithm() {
      establish();
      other.signing = SigningAlgorithm.AES_CMAC;

      assertRefused(NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldNotKnowTheSessionOfAnotherClient() {
      establish();
      other.clientGuid = new UUID(5, 5);

      assertRefused(NtStatus.USER_SESSION_DELETED);
    }

    @Test
    void shouldRefuseTheConnectionThatHasTheSession() {
      establish();

      assertThat(request(first, first, "node1").ask().status())
          .isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
      assertEnds();
    }

    @Test
    void shouldRefuseAnotherUserAndLeaveTheSessionAlone() {
      establish();
      other.negotiate();

      assertThat(bind(other, first, "node2").status()).isEqualTo(NtStatus.NOT_SUPPORTED);

      assertThat(otherServer.authenticated).isFalse();
      assertThat(otherServer.events(ServerEvent.AuthenticationRefused.class)).hasSize(1);
      assertThat(first.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertEnds();
    }

    @Test
    void shouldLeaveTheSessionAloneWhenAuthenticationFails() {
      establish();
      other.negotiate();

      assertThat(bind(other, first, "silent").status()).isEqualTo(NtStatus.LOGON_FAILURE);

      assertThat(first.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertEnds();
    }

    @Test
    void shouldRefuseAConnectionThatHasAnotherSession() {
      establish();
      other.negotiate();
      assertThat(other.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);

      assertThat(bind(other, first, "node1").status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
      assertEnds();
    }

    @Test
    void shouldRefuseOneChannelTooMany() {
      serve(SETTINGS.with(Limit.CHANNELS_PER_SESSION, 2));
      first.signing = SigningAlgorithm.AES_CMAC;
      other.signing = SigningAlgorithm.AES_CMAC;
      bound();
      ServerHarness thirdServer = server.companion();
      ScriptedPeer third = new ScriptedPeer(thirdServer);
      third.signing = SigningAlgorithm.AES_CMAC;
      third.negotiate();

      assertThat(bind(third, first, "node1").status()).isEqualTo(NtStatus.INSUFFICIENT_RESOURCES);
      assertThat(thirdServer.events(ServerEvent.LimitReached.class)).hasSize(1);
      assertEnds();
    }

    @Test
    void shouldRefuseAThirdChannelOnlyWhereItWouldRepeatANonce() {
      for (SigningAlgorithm signing : SigningAlgorithm.values()) {
        serve(SETTINGS);
        first.signing = signing;
        other.signing = signing;
        bound();
        ScriptedPeer third = new ScriptedPeer(server.companion());
        third.signing = signing;
        third.negotiate();

        assertThat(bind(third, first, "node1").status())
            .as(signing.word())
            .isEqualTo(
                signing == SigningAlgorithm.AES_GMAC
                    ? NtStatus.REQUEST_NOT_ACCEPTED
                    : NtStatus.SUCCESS);
        assertEnds();
      }
    }

    @Test
    void shouldNeitherBindNorSaySoUnlessItIsAllowed() throws Exception {
      assertThat(NegotiateResponseCodec.decode(announced(SETTINGS)).capabilities())
          .matches(found -> found.has(Capabilities.MULTI_CHANNEL));
      ServerSettings off = SETTINGS.with(Limit.CHANNELS_PER_SESSION, 1);
      assertThat(NegotiateResponseCodec.decode(announced(off)).capabilities())
          .matches(found -> !found.has(Capabilities.MULTI_CHANNEL));

      serve(off);
      establish();
      assertRefused(NtStatus.REQUEST_NOT_ACCEPTED);
    }

    private org.sealane.smb.wire.MessageReader announced(ServerSettings settings) {
      serve(settings);
      NegotiateRequest asked = first.negotiateRequest();
      return first
          .negotiate(
              new NegotiateRequest(
                  asked.securityMode(),
                  new Capabilities(asked.capabilities().bits() | Capabilities.MULTI_CHANNEL),
                  asked.clientGuid(),
                  asked.dialects(),
                  asked.contexts()))
          .in();
    }
  }
}
