package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.NegotiateRequest;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.NegotiateResponse;
import org.sealane.smb.negotiate.NegotiateResponseCodec;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.session.SessionFlags;
import org.sealane.smb.session.SessionSetupRequest;
import org.sealane.smb.session.SessionSetupResponseCodec;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.EchoRequest;
import org.sealane.smb.wire.EchoRequestCodec;
import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.NtStatus;

/** [MS-SMB2] 3.3.5.2 to 3.3.5.6 up to a valid session and from it to its end. */
class NegotiationAndSessionTest {
  private static final byte[] SMB1 = {(byte) 0xFF, 'S', 'M', 'B', 0x72, 0, 0, 0, 0};
  private static final byte[] COMPRESSED = {(byte) 0xFC, 'S', 'M', 'B', 0, 0, 0, 0, 0};

  private final ServerHarness server = ServerHarness.open();
  private final ScriptedPeer peer = new ScriptedPeer(server);

  private PeerRequest echo() {
    return peer.request(Command.ECHO).body(out -> EchoRequestCodec.encode(new EchoRequest(), out));
  }

  @Nested
  class Negotiate {
    @Test
    void shouldAgreeOn311WhenTheClientOffersIt() throws Exception {
      NegotiateResponse response = NegotiateResponseCodec.decode(peer.negotiate().in());

      assertThat(response.dialectRevision()).isEqualTo(0x0311);
      assertThat(response.serverGuid()).isEqualTo(ServerHarness.SERVER_GUID);
      assertThat(response.maxSizes().readBytes()).isEqualTo(8 << 20);
      server.assertNothingLeaks();
    }

    @Test
    void shouldRefuseWithStatusWhenOnlyOlderDialectsAreOffered() {
      NegotiateRequest old =
          new NegotiateRequest(
              peer.negotiateRequest().securityMode(),
              peer.negotiateRequest().capabilities(),
              peer.negotiateRequest().clientGuid(),
              List.of(0x0202, 0x0302),
              List.of());

      assertThat(peer.negotiate(old).status()).isEqualTo(NtStatus.NOT_SUPPORTED);
      server.assertNothingLeaks();
    }

    @Test
    void shouldDisconnectAndReportTamperingWhenNegotiateIsRepeated() {
      peer.negotiate();

      peer.request(Command.NEGOTIATE)
          .body(out -> NegotiateRequestCodec.encode(peer.negotiateRequest(), out))
          .assertDisconnects();

      assertThat(server.events(ServerEvent.TamperingSuspected.class))
          .extracting(ServerEvent::windowsId)
          .containsExactly(1005);
    }

    @Test
    void shouldDropAndReportWhenSmb1IsSpoken() {
      peer.assertDisconnects(SMB1);

      assertThat(server.events(ServerEvent.Smb1Refused.class)).hasSize(1);
    }

    @Test
    void shouldDisconnectWhenTheFirstRequestIsNotNegotiate() {
      echo().assertDisconnects();
    }

    @Test
    void shouldDisconnectWhenAFrameIsCompressed() {
      peer.negotiate();

      peer.assertDisconnects(COMPRESSED);
    }

    @Test
    void shouldDisconnectWhenAFrameIsNoSmb() {
      peer.assertDisconnects(new byte[] {1, 2, 3});
    }

    @Test
    void shouldRefuseWhenNegotiateIsMalformed() {
      Reply reply = peer.request(Command.NEGOTIATE).body(out -> out.u16(64, 99)).ask();

      assertThat(reply.status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldDisconnectWhenNegotiateIsCompounded() {
      byte[] first =
          peer.request(Command.NEGOTIATE)
              .body(out -> NegotiateRequestCodec.encode(peer.negotiateRequest(), out))
              .followed()
              .message();

      peer.assertDisconnects(PeerRequest.chain(first, echo().message()));
    }
  }

  @Nested
  class SessionSetup {
    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldSignTheFinalResponseWhenAuthenticated(SigningAlgorithm signing) {
      peer.signing = signing;
      peer.negotiate();

      Reply reply = peer.setup("node1");

      assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(reply.level()).isEqualTo(Level.SIGN);
      assertThat(server.authenticated).isTrue();
      assertThat(server.transport.frameLimit).isEqualTo(FramePool.FRAME_BYTES_MAX);
      server.assertNothingLeaks();
    }

    @ParameterizedTest
    @EnumSource(CipherId.class)
    void shouldOpenEncryptedRequestsWhenTheCipherIsAgreed(CipherId cipher) {
      peer.cipher = cipher;
      peer.negotiate();
      peer.setup("node1");

      assertThat(echo().level(Level.ENCRYPT).ask().level()).isEqualTo(Level.ENCRYPT);
      server.assertNothingLeaks();
    }

    @Test
    void shouldBindKeysToEveryMessageWhenAuthenticationTakesSeveralSteps() {
      peer.negotiate();
      assertThat(peer.setup("more").status()).isEqualTo(NtStatus.MORE_PROCESSING_REQUIRED);
      assertThat(peer.setup("more").status()).isEqualTo(NtStatus.MORE_PROCESSING_REQUIRED);

      Reply reply = peer.setup("node1");

      assertThat(reply.level()).isEqualTo(Level.SIGN);
      assertThat(server.events(ServerEvent.SessionEstablished.class))
          .extracting(ServerEvent.SessionEstablished::principal)
          .containsExactly("node1");
      server.assertNothingLeaks();
    }

    @Test
    void shouldSendTheReasonThenFailWhenARefusalHasAToken() throws Exception {
      peer.negotiate();

      Reply told = peer.setup("bad");
      assertThat(told.status()).isEqualTo(NtStatus.MORE_PROCESSING_REQUIRED);
      assertThat(SessionSetupResponseCodec.decode(told.in()).securityBuffer())
          .isEqualTo(TestMechanism.token("alert"));
      assertThat(peer.setup("node1").status()).isEqualTo(NtStatus.LOGON_FAILURE);
      assertThat(peer.setup("node1").status()).isEqualTo(NtStatus.USER_SESSION_DELETED);

      assertThat(server.authenticated).isFalse();
      assertThat(server.events(ServerEvent.AuthenticationRefused.class)).hasSize(1);
      server.assertNothingLeaks();
    }

    @Test
    void shouldFailAtOnceWhenARefusalHasNoToken() {
      peer.negotiate();

      assertThat(peer.setup("silent").status()).isEqualTo(NtStatus.LOGON_FAILURE);
      server.assertNothingLeaks();
    }

    @Test
    void shouldFailTheSessionWhenTheMechanismHasAFault() {
      peer.negotiate();

      assertThat(peer.setup("fault").status()).isEqualTo(NtStatus.INTERNAL_ERROR);
      assertThat(peer.setup("node1").status()).isEqualTo(NtStatus.USER_SESSION_DELETED);
      server.assertNothingLeaks();
    }

    @Test
    void shouldFailWhenAuthenticationTakesTooManySteps() {
      ServerHarness limited =
          ServerHarness.of(
              ServerSettings.defaults(ServerHarness.SERVER_GUID).with(Limit.HANDSHAKE_STEPS, 2));
      ScriptedPeer slow = new ScriptedPeer(limited);
      slow.negotiate();
      slow.setup("more");
      slow.setup("more");

      assertThat(slow.setup("node1").status()).isEqualTo(NtStatus.LOGON_FAILURE);
      limited.assertNothingLeaks();
    }

    @Test
    void shouldRefuseWhenAStepComesBeforeTheAnswerToTheLast() {
      peer.negotiate();
      peer.setup("more");
      server.workersPaused = true;
      server.deliver(peer.setupRequest("more", 0).bytes());

      assertThat(peer.setupRequest("more", 0).ask().status())
          .isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
      server.resumeWorkers();
      server.assertNothingLeaks();
    }

    @Test
    void shouldRefuseBindingWhenThereIsNoMultichannel() {
      peer.negotiate();

      assertThat(peer.setupRequest("node1", SessionSetupRequest.FLAG_BINDING).ask().status())
          .isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
    }

    @ParameterizedTest
    @EnumSource(
        value = Limit.class,
        names = {"SESSIONS_PER_CONNECTION", "SESSIONS"})
    void shouldRefuseWhenThereAreTooManySessions(Limit limit) {
      ServerHarness limited =
          ServerHarness.of(ServerSettings.defaults(ServerHarness.SERVER_GUID).with(limit, 1));
      ScriptedPeer greedy = ScriptedPeer.authenticated(limited);

      assertThat(greedy.setupRequest("node2", 0).session(0).ask().status())
          .isEqualTo(NtStatus.INSUFFICIENT_RESOURCES);
      assertThat(limited.events(ServerEvent.LimitReached.class))
          .extracting(ServerEvent.LimitReached::limit)
          .containsExactly(limit.word());
      limited.assertNothingLeaks();
    }

    @Test
    void shouldFlagAndEnforceEncryptionWhenSessionsMustBeEncrypted() throws Exception {
      ServerHarness strict =
          ServerHarness.of(
              ServerSettings.defaults(ServerHarness.SERVER_GUID).withSessionLevel(Level.ENCRYPT));
      ScriptedPeer client = new ScriptedPeer(strict);
      client.negotiate();
      Reply reply = client.setup("node1");

      assertThat(SessionSetupResponseCodec.decode(reply.in()).sessionFlags())
          .isEqualTo(SessionFlags.ENCRYPT_DATA);
      client.treeConnect("\\\\server\\share", Level.ENCRYPT);
      PeerRequest signed =
          client.request(Command.TREE_DISCONNECT).body(FixedBody::encode).level(Level.SIGN);
      assertThat(signed.ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(strict.events(ServerEvent.WeakRequestRefused.class)).hasSize(1);
      strict.assertNothingLeaks();
    }

    @Test
    void shouldCloseTheContextWhenTheConnectionDiesDuringAStep() {
      peer.negotiate();
      server.workersPaused = true;
      server.deliver(peer.setupRequest("node1", 0).bytes());
      server.peerCloses();
      assertThat(server.finished).isFalse();

      server.resumeWorkers();

      server.assertNothingLeaks();
    }

    @Test
    void shouldDestroyTheKeyWhenTheConnectionDiesWhileAWorkerCompletes() {
      peer.negotiate();
      server.workersPaused = true;
      server.deliver(peer.setupRequest("node1", 0).bytes());
      // The worker runs before the connection dies, its result arrives after.
      server.workers.poll().run();
      server.transport.ownerTasks.addFirst(
          () -> server.transport.handler.orElseThrow().onClosed(java.util.Optional.empty()));
      server.transport.closed = java.util.Optional.of("gone");
      server.resumeWorkers();

      assertThat(server.finished).isTrue();
      assertThat(server.mechanism.openContexts()).isZero();
      assertThat(server.pool.outstandingBytes()).isZero();
    }
  }

  @Nested
  class Tampering {
    @Test
    void shouldDisconnectAndReportWhenTheFirstSignatureDoesNotFit() {
      peer.negotiate();
      peer.setup("node1");
      // The client saw another NEGOTIATE than the server sent, so its keys differ.
      peer.hash = peer.hash.extend(java.lang.foreign.MemorySegment.ofArray(new byte[1]));
      peer.keys = java.util.Optional.of(peer.deriveKeys());

      peer.treeConnectRequest("\\\\server\\share").level(Level.SIGN).assertDisconnects();

      assertThat(server.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
    }

    @Test
    void shouldDisconnectAndReportWhenTheFirstEncryptedMessageDoesNotOpen() {
      peer.negotiate();
      peer.setup("node1");
      byte[] sealed = echo().level(Level.ENCRYPT).bytes();
      sealed[sealed.length - 1] ^= 1;

      peer.assertDisconnects(sealed);

      assertThat(server.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
    }

    @Test
    void shouldDenyAccessWhenALaterSignatureIsWrong() {
      peer.negotiate();
      peer.setup("node1");
      assertThat(echo().level(Level.SIGN).ask().level()).isEqualTo(Level.SIGN);
      byte[] signed = echo().level(Level.SIGN).bytes();
      signed[signed.length - 1] ^= 1;

      Reply reply = peer.ask(signed);

      assertThat(reply.status()).isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(reply.level()).isEqualTo(Level.CLEAR);
      assertThat(echo().level(Level.SIGN).ask().status()).isEqualTo(NtStatus.SUCCESS);
    }
  }

  @Nested
  class Limits {
    @Test
    void shouldCloseWhenNobodyAuthenticatesInTime() {
      peer.negotiate();
      server.advance(Duration.ofMillis(14_999));
      assertThat(server.transport.closed).isEmpty();

      server.advance(Duration.ofMillis(1));

      assertThat(server.transport.closed).isPresent();
      assertThat(server.events(ServerEvent.LimitReached.class))
          .extracting(ServerEvent.LimitReached::limit)
          .containsExactly("unauthenticated-millis");
      server.assertNothingLeaks();
    }

    @Test
    void shouldCloseWhenAnAuthenticatedConnectionIsIdle() {
      peer.negotiate();
      peer.setup("node1");
      server.advance(Duration.ofMillis(899_999));
      assertThat(server.transport.closed).isEmpty();

      server.advance(Duration.ofMillis(1));

      assertThat(server.transport.closed).contains("idle");
    }

    @Test
    void shouldGrantFewCreditsBeforeAuthenticationAndManyAfter() {
      peer.negotiate();
      assertThat(peer.granted - peer.nextMessageId).isLessThanOrEqualTo(4);

      peer.setup("node1");
      Reply reply = echo().credits(500).ask();

      assertThat(reply.header().credits()).isEqualTo(500);
    }
  }
}
