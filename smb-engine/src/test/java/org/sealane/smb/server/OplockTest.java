package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.io.CreateRequestCodec;
import org.sealane.smb.io.CreateResponse;
import org.sealane.smb.io.CreateResponseCodec;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.LeaseBreakAcknowledgment;
import org.sealane.smb.io.LeaseBreakAcknowledgmentCodec;
import org.sealane.smb.io.LeaseBreakNotification;
import org.sealane.smb.io.LeaseBreakNotificationCodec;
import org.sealane.smb.io.LeaseBreakResponseCodec;
import org.sealane.smb.io.OplockBreakAcknowledgment;
import org.sealane.smb.io.OplockBreakAcknowledgmentCodec;
import org.sealane.smb.io.OplockBreakNotification;
import org.sealane.smb.io.OplockBreakNotificationCodec;
import org.sealane.smb.io.OplockBreakResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/** Oplocks and leases on the wire, [MS-SMB2] 3.3.4.6, 3.3.4.7 and 3.3.5.22. */
class OplockTest {
  private static final int LEVEL_II = 1;
  static final int BATCH = 9;
  private static final int RHW = 7;
  private static final int RH = 3;
  private static final UUID KEY = new UUID(11, 12);
  private static final Duration TICK = Duration.ofSeconds(2);

  @TempDir Path root;
  private DirectoryShare share;
  private PeerFiles one;
  private PeerFiles other;

  @BeforeEach
  void open() throws Exception {
    share = new DirectoryShare(root, DirectoryShare.Settings.of("test", 7));
    ServerHarness first =
        new ServerHarness(
            ServerSettings.defaults(ServerHarness.SERVER_GUID),
            request ->
                new ShareResolver.Granted(
                    request.shareName(), share, TrafficGate.OPEN, ControlHandler.NONE, false));
    ServerHarness second = first.another();
    one = PeerFiles.of(first);
    other = PeerFiles.of(second);
  }

  @AfterEach
  void close() {
    one.peer.server.assertNothingLeaks();
    other.peer.server.assertNothingLeaks();
    share.close();
  }

  static PeerRequest create(PeerFiles files, int level, CreateContext... contexts) {
    CreateRequest request =
        new CreateRequest(
            level,
            CreateRequest.IMPERSONATION,
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN_IF,
            0,
            "f",
            List.of(contexts));
    return files
        .peer
        .request(Command.CREATE)
        .body(out -> CreateRequestCodec.encode(request, out))
        .level(files.level);
  }

  private static CreateResponse created(Reply reply) throws MalformedMessageException {
    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    return CreateResponseCodec.decode(reply.in());
  }

  private static CreateContext.Lease lease(int state) {
    return new CreateContext.Lease(
        KEY, state, 0, Optional.of(new CreateContext.Lease.Second(new UUID(0, 0), 5)));
  }

  private static Reply next(PeerFiles files) {
    files.peer.server.settle();
    return files.peer.next().getFirst();
  }

  private static PeerRequest acknowledge(PeerFiles files, FileId fileId, int level) {
    return files
        .peer
        .request(Command.OPLOCK_BREAK)
        .body(out ->
            OplockBreakAcknowledgmentCodec.encode(
                new OplockBreakAcknowledgment(level, fileId), out))
        .level(files.level);
  }

  private static PeerRequest acknowledge(PeerFiles files, UUID key, int state) {
    return files
        .peer
        .request(Command.OPLOCK_BREAK)
        .body(out ->
            LeaseBreakAcknowledgmentCodec.encode(new LeaseBreakAcknowledgment(key, state), out))
        .level(files.level);
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void shouldBreakABatchOplockBeforeAnotherOpens(Level level) throws Exception {
    one.at(level);
    CreateResponse held = created(create(one, BATCH).ask());
    assertThat(held.oplockLevel()).isEqualTo(BATCH);

    Reply pending = create(other, BATCH).ask();
    assertThat(pending.status()).isEqualTo(NtStatus.PENDING);

    Reply broken = next(one);
    assertThat(broken.header().messageId()).isEqualTo(-1);
    assertThat(broken.header().command()).isEqualTo(Command.OPLOCK_BREAK.code());
    assertThat(broken.level()).isEqualTo(level == Level.ENCRYPT ? Level.ENCRYPT : Level.CLEAR);
    OplockBreakNotification told = OplockBreakNotificationCodec.decode(broken.in());
    assertThat(told).isEqualTo(new OplockBreakNotification(LEVEL_II, held.fileId()));
    other.peer.server.advance(TICK);
    assertThat(other.peer.hasNext()).isFalse();

    Reply taken = acknowledge(one, held.fileId(), LEVEL_II).ask();
    assertThat(OplockBreakResponseCodec.decode(taken.in()).level()).isEqualTo(LEVEL_II);
    other.peer.server.advance(TICK);
    assertThat(created(next(other)).oplockLevel()).isEqualTo(LEVEL_II);
  }

  @Test
  void shouldBreakALeaseToWhatGoesTogether() throws Exception {
    CreateResponse held = created(create(one, CreateRequest.OPLOCK_LEVEL_LEASE, lease(RHW)).ask());
    assertThat(held.oplockLevel()).isEqualTo(CreateRequest.OPLOCK_LEVEL_LEASE);
    assertThat(held.contexts())
        .containsExactly(
            new CreateContext.Lease(
                KEY, RHW, 0, Optional.of(new CreateContext.Lease.Second(new UUID(0, 0), 6))));

    assertThat(create(other, 0).ask().status()).isEqualTo(NtStatus.PENDING);
    LeaseBreakNotification told = LeaseBreakNotificationCodec.decode(next(one).in());
    assertThat(told)
        .isEqualTo(
            new LeaseBreakNotification(7, LeaseBreakNotification.ACK_REQUIRED, KEY, RHW, RH));

    assertThat(acknowledge(one, KEY, RHW).ask().status()).isEqualTo(NtStatus.REQUEST_NOT_ACCEPTED);
    assertThat(acknowledge(one, new UUID(1, 1), RH).ask().status())
        .isEqualTo(NtStatus.OBJECT_NAME_NOT_FOUND);
    Reply taken = acknowledge(one, KEY, RH).ask();
    assertThat(LeaseBreakResponseCodec.decode(taken.in()).state()).isEqualTo(RH);
    assertThat(acknowledge(one, KEY, RH).ask().status()).isEqualTo(NtStatus.UNSUCCESSFUL);
    other.peer.server.advance(TICK);
    created(next(other));
  }

  @Test
  void shouldNotBreakALeaseForItsOwnClient() throws Exception {
    created(create(one, CreateRequest.OPLOCK_LEVEL_LEASE, lease(RHW)).ask());

    CreateResponse again = created(create(one, CreateRequest.OPLOCK_LEVEL_LEASE, lease(RHW)).ask());

    assertThat(again.contexts())
        .first()
        .isInstanceOfSatisfying(
            CreateContext.Lease.class, lease -> assertThat(lease.state()).isEqualTo(RHW));
    assertThat(one.peer.hasNext()).isFalse();
  }

  @Test
  void shouldTellOfABreakOnlyAfterTheOpen() throws Exception {
    ServerHarness server = one.peer.server;
    server.workersPaused = true;
    server.deliver(create(one, BATCH).bytes());
    // The worker has granted the oplock, and its outcome waits for the owner thread.
    server.workers.poll().run();
    Runnable completion = server.transport.ownerTasks.poll();
    assertThat(create(other, 0).ask().status()).isEqualTo(NtStatus.PENDING);
    server.transport.ownerTasks.poll().run();
    assertThat(one.peer.hasNext()).isFalse();

    server.transport.ownerTasks.add(completion);
    server.resumeWorkers();

    FileId held = created(one.peer.next().getFirst()).fileId();
    assertThat(OplockBreakNotificationCodec.decode(one.peer.next().getFirst().in()).fileId())
        .isEqualTo(held);
  }

  @Test
  void shouldRefuseAnswersThatNobodyAskedFor() throws Exception {
    FileId held = created(create(one, BATCH).ask()).fileId();

    assertThat(acknowledge(one, held, LEVEL_II).ask().status())
        .isEqualTo(NtStatus.INVALID_OPLOCK_PROTOCOL);
    assertThat(acknowledge(one, held, 0x33).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    assertThat(acknowledge(one, new FileId(99, 99), LEVEL_II).ask().status())
        .isEqualTo(NtStatus.FILE_CLOSED);
  }

  @Test
  void shouldOpenWhenTheHolderGoesAway() throws Exception {
    created(create(one, BATCH).ask());
    assertThat(create(other, 0).ask().status()).isEqualTo(NtStatus.PENDING);

    one.peer.server.peerCloses();
    other.peer.server.advance(TICK);

    created(next(other));
  }

  @Test
  void shouldGiveUpACreateThatWaits() throws Exception {
    created(create(one, BATCH).ask());
    Reply pending = create(other, 0).ask();

    other.peer.server.deliver(
        other
            .peer
            .request(Command.CANCEL)
            .body(FixedBody::encode)
            .messageId(pending.header().messageId())
            .asyncId(pending.header().asyncOrTreeId())
            .bytes());

    assertThat(next(other).status()).isEqualTo(NtStatus.CANCELLED);
  }

  @Test
  void shouldWaitWithinACompound() throws Exception {
    FileId held = created(create(one, BATCH).ask()).fileId();
    other.peer.server.deliver(
        PeerRequest.chain(
            create(other, 0).followed().message(), other.close(FileId.NONE).related().message()));
    assertThat(other.peer.hasNext()).isFalse();

    assertThat(next(one).header().command()).isEqualTo(Command.OPLOCK_BREAK.code());
    assertThat(acknowledge(one, held, 0).ask().status()).isEqualTo(NtStatus.SUCCESS);
    other.peer.server.advance(TICK);

    assertThat(other.peer.next())
        .extracting(Reply::status)
        .containsExactly(NtStatus.SUCCESS, NtStatus.SUCCESS);
  }
}
