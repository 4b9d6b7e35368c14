package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.audit.AuditLog;
import org.sealane.smb.client.ClientEvent;
import org.sealane.smb.lane.LaneEvent;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.NtStatus;

class AuditTrailTest {
  private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 4711);
  private static final LaneKey LANE =
      new LaneKey("node2", UUID.fromString("00000000-0000-4000-8000-000000000002"), LaneKind.CSV);

  private final List<AuditEvent> recorded = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private AuditTrail trail = AuditTrail.start(log(() -> {}), nanos::get);

  private AuditLog log(Runnable before) {
    return new AuditLog() {
      @Override
      public void record(AuditEvent event) {
        before.run();
        recorded.add(event);
      }

      @Override
      public void close() {
        throw new AssertionError("the log is not the trail's to close");
      }
    };
  }

  @AfterEach
  void close() {
    trail.close();
  }

  private List<AuditKind> kinds() {
    return recorded.stream().map(AuditEvent::kind).toList();
  }

  @Test
  void shouldGiveTheEventsOfUsersTheirWindowsIds() {
    List<ServerEvent> events =
        List.of(
            new ServerEvent.Smb1Refused(1, PEER),
            new ServerEvent.UnencryptedAccess(1, PEER, "amy", "\\\\n\\v1", "", true),
            new ServerEvent.WeakRequestRefused(1, PEER, "amy", "\\\\n\\v1", Level.CLEAR),
            new ServerEvent.TamperingSuspected(1, PEER, "a second NEGOTIATE"));
    events.forEach(trail.users()::accept);
    trail.close();

    assertThat(recorded).hasSameSizeAs(events);
    for (int i = 0; i < events.size(); i++) {
      assertThat(recorded.get(i).kind().id()).isEqualTo(events.get(i).windowsId());
      assertThat(recorded.get(i).fields())
          .containsEntry("listener", "smb")
          .containsEntry("peer", "127.0.0.1:4711")
          .containsEntry("connection", "1");
    }
    assertThat(recorded.get(1).fields())
        .containsEntry("principal", "amy")
        .containsEntry("tree", "\\\\n\\v1");
    assertThat(recorded.get(2).fields()).containsEntry("level", "clear");
    assertThat(recorded.get(3).fields()).containsEntry("evidence", "a second NEGOTIATE");
  }

  @Test
  void shouldTellNodesFromUsers() {
    ServerEvent refused = new ServerEvent.AuthenticationRefused(1, PEER, "no");
    ServerEvent established = new ServerEvent.SessionEstablished(1, PEER, "someone");
    trail.lanes().accept(refused);
    trail.users().accept(refused);
    trail.lanes().accept(established);
    trail.users().accept(established);
    trail.close();

    assertThat(kinds())
        .containsExactly(
            AuditKind.NODE_REFUSED,
            AuditKind.LOGON_REFUSED,
            AuditKind.LANE_ACCEPTED,
            AuditKind.USER_SESSION_OPENED);
  }

  @Test
  void shouldRecordWhatElseAListenerTells() {
    trail.users().accept(new ServerEvent.UnencryptedAccess(1, PEER, "amy", "", "2.1", false));
    trail
        .lanes()
        .accept(
            new ServerEvent.TreeRefused(
                1, PEER, "node2", "\\\\x\\y", NtStatus.ACCESS_DENIED, "not its lane"));
    trail.lanes().accept(new ServerEvent.ProtocolViolation(1, PEER, "a gap"));
    trail.lanes().accept(new ServerEvent.LimitReached(1, PEER, "CONNECTIONS", 7));
    trail.close();

    assertThat(kinds())
        .containsExactly(
            AuditKind.UNENCRYPTED_ADMITTED,
            AuditKind.TREE_REFUSED,
            AuditKind.PROTOCOL_VIOLATED,
            AuditKind.LIMIT_REACHED);
    assertThat(recorded.get(1).fields()).containsEntry("reason", "not its lane");
    assertThat(recorded.get(3).fields()).containsEntry("value", "7");
  }

  @Test
  void shouldRecordWhatTheClientSideRefuses() {
    trail.clients().onEvent(new ClientEvent.TamperingSuspected(1, PEER, "a signature"));
    trail
        .clients()
        .onEvent(
            new ClientEvent.WeakResponseRefused(1, PEER, Command.READ, Level.ENCRYPT, Level.CLEAR));
    trail.clients().onEvent(new ClientEvent.ProtocolViolation(1, PEER, "a gap"));
    trail.clients().onEvent(new ClientEvent.AuthenticationFailed(1, PEER, "no"));
    trail.close();

    assertThat(kinds())
        .containsExactly(
            AuditKind.NEGOTIATION_TAMPERED,
            AuditKind.LEVEL_REFUSED,
            AuditKind.PROTOCOL_VIOLATED,
            AuditKind.NODE_REFUSED);
  }

  @Test
  void shouldRecordTheLifeOfALane() {
    LaneEvent.Facts facts =
        new LaneEvent.Facts(
            "tcp", CipherId.AES_256_GCM, SigningAlgorithm.AES_GMAC, Level.ENCRYPT, 7);
    trail.lane(new LaneEvent.Opened(LANE, facts));
    trail.lane(new LaneEvent.Moved(LANE, MoveCause.REKEY, Duration.ofMillis(3), facts));
    trail.lane(new LaneEvent.FellBack(LANE, "tcp", "no route"));
    trail.lane(new LaneEvent.Failed(LANE, "refused"));
    trail.close();

    assertThat(kinds())
        .containsExactly(
            AuditKind.LANE_OPENED,
            AuditKind.LANE_MOVED,
            AuditKind.LANE_FELL_BACK,
            AuditKind.LANE_FAILED);
    assertThat(recorded.get(1).fields())
        .containsEntry("peer", "node2")
        .containsEntry("cause", "rekey")
        .containsEntry("pauseMicros", "3000")
        .containsEntry("epoch", "7")
        .containsEntry("level", "encrypt");
  }

  @Test
  void shouldCountWhatAPeerCausesBeyondTheLimit() {
    for (int i = 0; i < AuditTrail.PEERS.perSource() + 30; i++) {
      trail.lanes().accept(new ServerEvent.ProtocolViolation(i, PEER, "again"));
    }
    await().until(() -> recorded.size() == AuditTrail.PEERS.perSource());
    nanos.set(AuditTrail.WINDOW.toNanos());
    await().until(() -> recorded.size() > AuditTrail.PEERS.perSource());

    assertThat(recorded.getLast().kind()).isEqualTo(AuditKind.EVENTS_SUPPRESSED);
    assertThat(recorded.getLast().fields())
        .containsEntry("kind", "protocol-violated")
        .containsEntry("count", "30");
  }

  @Test
  void shouldNeverHoldUpWhoTellsItSomething() throws Exception {
    trail.close();
    CountDownLatch disk = new CountDownLatch(1);
    CountDownLatch stuck = new CountDownLatch(1);
    trail =
        AuditTrail.start(
            log(() -> {
              stuck.countDown();
              try {
                disk.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            }),
            nanos::get);
    trail.lane(new LaneEvent.Failed(LANE, "first"));
    stuck.await();

    for (int i = 0; i < AuditTrail.QUEUE_MAX + 5; i++) {
      trail.lane(new LaneEvent.Failed(LANE, "more"));
    }
    disk.countDown();
    trail.close();

    assertThat(recorded)
        .anySatisfy(event -> {
          assertThat(event.kind()).isEqualTo(AuditKind.EVENTS_SUPPRESSED);
          assertThat(event.fields()).containsEntry("kind", "any").containsEntry("count", "5");
        });
  }
}
