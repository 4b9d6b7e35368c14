package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.io.FileId;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.wire.NtStatus;

/** Levels of requests and responses under a tree's gate that turns while requests are under way. */
class GateTest {
  private static final UUID VOLUME = new UUID(9, 9);

  private final LaneRules rules = new LaneRules();
  private final ServerHarness server =
      ServerHarness.gated(ServerSettings.defaults(ServerHarness.SERVER_GUID), gate());
  private PeerFiles files;
  private FileId fileId;

  private TrafficGate gate() {
    return new TrafficGate() {
      @Override
      public boolean accepts(Level requestLevel) {
        return requestLevel.satisfies(rules.rule(VOLUME, LaneKind.CSV).weakestAccepted());
      }

      @Override
      public Pass enter() {
        return rules.enter(VOLUME, LaneKind.CSV)::close;
      }

      @Override
      public Level sendLevel() {
        return rules.sendLevel(VOLUME, LaneKind.CSV);
      }
    };
  }

  private static LanePolicy policy(long epoch, Level level) {
    return new LanePolicy(
        VOLUME,
        LaneKind.CSV,
        epoch,
        level,
        List.of(CipherId.AES_128_GCM),
        List.of(SigningAlgorithm.AES_GMAC),
        TransportPreference.TCP_ONLY,
        RekeyLimits.DEFAULT);
  }

  private void settle(long epoch, Level level) {
    rules.publish(LaneRule.settled(policy(epoch, level)));
  }

  private void connect(Level level) {
    settle(1, level);
    files = PeerFiles.of(server).at(level);
    fileId = files.open("f");
    files.write(fileId, 0, PeerFiles.pattern(64)).ask();
  }

  private int underWay() {
    return rules.outstanding(VOLUME, LaneKind.CSV);
  }

  @ParameterizedTest
  @CsvSource({
    "CLEAR,CLEAR,CLEAR", "CLEAR,SIGN,SIGN", "CLEAR,ENCRYPT,ENCRYPT",
    "SIGN,SIGN,SIGN", "SIGN,ENCRYPT,ENCRYPT", "ENCRYPT,ENCRYPT,ENCRYPT"
  })
  void shouldAcceptTheSameOrAStrongerLevelAndAnswerAtIt(
      Level required, Level request, Level response) {
    connect(required);

    Reply reply = files.at(request).read(fileId, 0, 64).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(reply.level()).isEqualTo(response);
    assertThat(underWay()).isZero();
    server.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"SIGN,CLEAR", "ENCRYPT,CLEAR", "ENCRYPT,SIGN"})
  void shouldDenyAndReportAWeakerLevelWithoutTouchingTheFile(Level required, Level request) {
    connect(required);
    int calls = server.share.calls.size();

    Reply reply = files.at(request).write(fileId, 0, new byte[9]).ask();

    assertThat(reply.status()).isEqualTo(NtStatus.ACCESS_DENIED);
    assertThat(server.share.calls).hasSize(calls);
    assertThat(server.events(ServerEvent.WeakRequestRefused.class))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.windowsId()).isEqualTo(1003);
          assertThat(event.principal()).isEqualTo("node1");
          assertThat(event.tree()).isEqualTo("share");
          assertThat(event.level()).isEqualTo(request);
        });
    assertThat(underWay()).isZero();
    server.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"CLEAR,SIGN", "CLEAR,ENCRYPT", "SIGN,ENCRYPT"})
  void shouldAnswerAtTheLevelInForceWhenTheResponseLeaves(Level before, Level after) {
    connect(before);
    server.workersPaused = true;
    server.deliver(files.read(fileId, 0, 64).bytes());

    settle(2, after);
    server.resumeWorkers();

    Reply reply = files.peer.next().getFirst();
    assertThat(reply.level()).isEqualTo(after);
    assertThat(PeerFiles.payload(reply)).isEqualTo(PeerFiles.pattern(64));
    server.assertNothingLeaks();
  }

  @ParameterizedTest
  @CsvSource({"CLEAR,SIGN", "CLEAR,ENCRYPT", "SIGN,ENCRYPT"})
  void shouldProtectAnewWhenTheLevelRisesBetweenWorkerAndSending(Level before, Level after) {
    connect(before);
    server.workersPaused = true;
    server.deliver(files.read(fileId, 0, 64).bytes());
    // The worker builds and protects the response; the owner thread has not sent it yet.
    server.workers.poll().run();

    settle(2, after);
    server.resumeWorkers();

    Reply reply = files.peer.next().getFirst();
    assertThat(reply.level()).isEqualTo(after);
    assertThat(PeerFiles.payload(reply)).isEqualTo(PeerFiles.pattern(64));
    server.assertNothingLeaks();
  }

  @Test
  void shouldCountARequestUntilItsResponseWasHandedToTheKernel() {
    connect(Level.CLEAR);
    server.workersPaused = true;
    server.deliver(files.read(fileId, 0, 64).bytes());
    assertThat(underWay()).isEqualTo(1);
    settle(2, Level.ENCRYPT);
    assertThat(drainedBelow2()).isFalse();

    server.transport.holdSends = true;
    server.resumeWorkers();
    assertThat(underWay()).as("response is queued").isEqualTo(1);
    server.transport.releaseHeld();

    assertThat(underWay()).isZero();
    assertThat(drainedBelow2()).isTrue();
    server.assertNothingLeaks();
  }

  private boolean drainedBelow2() {
    return rules.drainedBelow(VOLUME, LaneKind.CSV, 2).toCompletableFuture().isDone();
  }

  @Test
  void shouldCountLaterRequestsOfACompoundFromTheStart() {
    connect(Level.CLEAR);
    server.workersPaused = true;

    server.deliver(
        PeerRequest.chain(
            files.create("g").followed().message(),
            files.write(FileId.NONE, 0, new byte[4]).related().followed().message(),
            files.close(FileId.NONE).related().message()));

    assertThat(underWay()).isEqualTo(3);
    server.resumeWorkers();
    assertThat(underWay()).isZero();
  }

  @Test
  void shouldCountNothingWhenTheConnectionDies() {
    connect(Level.CLEAR);
    server.transport.holdSends = true;
    server.deliver(files.read(fileId, 0, 64).bytes());
    server.workersPaused = true;
    server.deliver(files.read(fileId, 0, 64).bytes());
    assertThat(underWay()).isEqualTo(2);

    server.peerCloses();
    server.resumeWorkers();

    assertThat(underWay()).isZero();
    server.assertNothingLeaks();
  }

  @Test
  void shouldCountNothingWhenAFrameIsAViolation() {
    connect(Level.CLEAR);

    server.deliver(
        PeerRequest.chain(
            files.read(fileId, 0, 64).followed().message(),
            files.read(fileId, 0, 64).messageId(9_999).message()));

    assertThat(server.transport.closed).isPresent();
    assertThat(underWay()).isZero();
    server.assertNothingLeaks();
  }

  @Test
  void shouldSealTheInterimResponseWhenTheLevelIsEncrypt() {
    connect(Level.CLEAR);
    server.workersPaused = true;
    server.deliver(files.read(fileId, 0, 64).bytes());
    settle(2, Level.ENCRYPT);

    server.advance(java.time.Duration.ofSeconds(1));

    Reply pending = files.peer.next().getFirst();
    assertThat(pending.status()).isEqualTo(NtStatus.PENDING);
    assertThat(pending.level()).isEqualTo(Level.ENCRYPT);
    server.resumeWorkers();
  }
}
