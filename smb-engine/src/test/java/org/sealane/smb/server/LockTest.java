package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.io.LockRequest.EXCLUSIVE_LOCK;
import static org.sealane.smb.io.LockRequest.FAIL_IMMEDIATELY;
import static org.sealane.smb.io.LockRequest.SHARED_LOCK;
import static org.sealane.smb.io.LockRequest.UNLOCK;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.LockRequest;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.NtStatus;

/** LOCK, [MS-SMB2] 3.3.5.14: what it refuses, how it waits, and how the waiting ends. */
class LockTest {
  private static final Duration TICK = Duration.ofSeconds(2);

  private final ServerHarness server = ServerHarness.open();
  private final PeerFiles files = PeerFiles.of(server);

  private static LockRequest request(FileId fileId, int... flags) {
    return new LockRequest(
        0,
        0,
        fileId,
        java.util.Arrays.stream(flags)
            .mapToObj(flag -> new LockRequest.Element(0, 10, flag))
            .toList());
  }

  private long lockCalls() {
    return server.share.calls.stream().filter(call -> call.startsWith("lock")).count();
  }

  /** Sends a LOCK that has to wait, and gives its interim response. */
  private Reply waiting(FileId fileId) {
    for (int i = 0; i < 1_000; i++) {
      server.share.lockAnswers.add(NtStatus.LOCK_NOT_GRANTED);
    }
    Reply pending = files.lock(fileId, 0, 10, EXCLUSIVE_LOCK).ask();
    assertThat(pending.status()).isEqualTo(NtStatus.PENDING);
    return pending;
  }

  private PeerRequest cancel(Reply pending) {
    return files
        .peer
        .request(Command.CANCEL)
        .body(FixedBody::encode)
        .messageId(pending.header().messageId())
        .asyncId(pending.header().asyncOrTreeId());
  }

  @Test
  void shouldLockAndUnlock() {
    FileId file = files.open("f");

    assertThat(
            files
                .lock(
                    request(
                        file, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY, SHARED_LOCK | FAIL_IMMEDIATELY))
                .ask()
                .status())
        .isEqualTo(NtStatus.SUCCESS);
    assertThat(files.lock(request(file, UNLOCK, UNLOCK)).ask().status())
        .isEqualTo(NtStatus.SUCCESS);
    assertThat(server.share.calls).contains("lock 2", "unlock 2");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5, 0x14, 0x20, 0x10})
  void shouldRefuseFlagsThatMeanNothing(int flags) {
    FileId file = files.open("f");

    assertThat(files.lock(file, 0, 1, flags).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    assertThat(lockCalls()).isZero();
  }

  @Test
  void shouldRefuseMixturesAndSeveralThatMayWait() {
    FileId file = files.open("f");

    for (LockRequest mixed :
        List.of(
            request(file, UNLOCK, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY),
            request(file, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY, UNLOCK),
            request(file, EXCLUSIVE_LOCK, EXCLUSIVE_LOCK),
            request(file, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY, SHARED_LOCK))) {
      assertThat(files.lock(mixed).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    }
    assertThat(lockCalls()).isZero();
  }

  @Test
  void shouldRefuseAnOpenThatTouchesNoData() {
    FileId file =
        PeerFiles.fileId(
            files.create("f", CreateDisposition.OPEN_IF, AccessMask.FILE_READ_ATTRIBUTES, 0).ask());

    assertThat(files.lock(file, 0, 1, EXCLUSIVE_LOCK).ask().status())
        .isEqualTo(NtStatus.ACCESS_DENIED);
  }

  @Test
  void shouldFailAtOnceWhenToldSo() {
    FileId file = files.open("f");
    server.share.lockAnswers.add(NtStatus.LOCK_NOT_GRANTED);

    assertThat(files.lock(file, 0, 1, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY).ask().status())
        .isEqualTo(NtStatus.LOCK_NOT_GRANTED);
  }

  @Test
  void shouldTryAgainUntilGranted() {
    FileId file = files.open("f");
    Reply pending = waiting(file);
    server.advance(TICK);
    assertThat(files.peer.hasNext()).isFalse();
    assertThat(lockCalls()).isEqualTo(2);

    server.share.lockAnswers.clear();
    server.advance(TICK);

    Reply granted = files.peer.next().getFirst();
    assertThat(granted.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(granted.header().asyncOrTreeId()).isEqualTo(pending.header().asyncOrTreeId());
    server.advance(TICK);
    assertThat(files.peer.hasNext()).isFalse();
    server.assertNothingLeaks();
  }

  @Test
  void shouldHoldNoFrameAndNoWorkerWhileItWaits() {
    waiting(files.open("f"));

    assertThat(server.pool.outstandingBytes()).isZero();
    assertThat(server.workers).isEmpty();
  }

  @Test
  void shouldEndWithCancelled() {
    Reply pending = waiting(files.open("f"));

    server.deliver(cancel(pending).bytes());

    assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.CANCELLED);
    server.advance(TICK);
    assertThat(lockCalls()).isEqualTo(1);
    server.assertNothingLeaks();
  }

  @Test
  void shouldEndWithCancelledWhenItIsBeingTriedAgain() {
    Reply pending = waiting(files.open("f"));
    server.workersPaused = true;
    server.advance(TICK);
    server.deliver(cancel(pending).bytes());

    server.resumeWorkers();

    assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.CANCELLED);
    server.assertNothingLeaks();
  }

  @Test
  void shouldEndWhenItsOpenIsClosed() {
    FileId file = files.open("f");
    waiting(file);

    server.deliver(files.close(file).bytes());

    assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.RANGE_NOT_LOCKED);
    assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(server.share.openNow()).isZero();
  }

  @Test
  void shouldEndWithTheSession() {
    waiting(files.open("f"));

    server.deliver(files.at(Level.SIGN).logoff().bytes());

    assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.RANGE_NOT_LOCKED);
    assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.SUCCESS);
    server.assertNothingLeaks();
  }

  @Test
  void shouldEndWithTheConnection() {
    waiting(files.open("f"));

    server.assertNothingLeaks();
  }

  @Test
  void shouldEndWhenTheServerCloses() {
    waiting(files.open("f"));

    server.connection.drain();
    server.settle();

    assertThat(files.peer.next().getFirst().status().isError()).isTrue();
    assertThat(server.transport.closed).isPresent();
    server.assertNothingLeaks();
  }

  @Test
  void shouldRefuseToLetMoreWaitThanTheLimit() {
    ServerHarness small =
        ServerHarness.of(
            ServerSettings.defaults(ServerHarness.SERVER_GUID).with(Limit.PENDING_REQUESTS, 1));
    PeerFiles peer = PeerFiles.of(small);
    FileId file = peer.open("f");
    small.share.lockAnswers.addAll(List.of(NtStatus.LOCK_NOT_GRANTED, NtStatus.LOCK_NOT_GRANTED));
    assertThat(peer.lock(file, 0, 1, EXCLUSIVE_LOCK).ask().status()).isEqualTo(NtStatus.PENDING);

    assertThat(peer.lock(file, 0, 1, EXCLUSIVE_LOCK).ask().status())
        .isEqualTo(NtStatus.INSUFFICIENT_RESOURCES);
    small.assertNothingLeaks();
  }

  @Test
  void shouldNotWaitWithinACompound() {
    FileId file = files.open("f");
    server.share.lockAnswers.add(NtStatus.LOCK_NOT_GRANTED);

    List<Reply> replies =
        files.peer.askAll(
            PeerRequest.chain(
                files.lock(file, 0, 1, EXCLUSIVE_LOCK).followed().message(),
                files.flush(file).message()));

    assertThat(replies)
        .extracting(Reply::status)
        .containsExactly(NtStatus.INTERNAL_ERROR, NtStatus.SUCCESS);
  }

  @Test
  void shouldCarryOutARepeatedLockOfADurableOpenOnce() {
    ServerHarness durable =
        ServerHarness.of(
            ServerSettings.defaults(ServerHarness.SERVER_GUID).with(Limit.DURABLE_OPENS, 10));
    PeerFiles peer = PeerFiles.of(durable);
    FileId file =
        PeerFiles.fileId(
            peer.create(
                    "f",
                    CreateDisposition.OPEN_IF,
                    AccessMask.GENERIC_ALL,
                    0,
                    List.of(new CreateContext.DurableHandleRequestV2(0, 0, new UUID(1, 1))))
                .ask());
    LockRequest once =
        new LockRequest(
            3, 5, file, List.of(new LockRequest.Element(0, 1, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY)));
    LockRequest next = new LockRequest(4, 5, file, once.elements());

    assertThat(peer.lock(once).ask().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(peer.lock(once).replay().ask().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(durable.share.calls).filteredOn("lock 1"::equals).hasSize(1);
    durable.share.lockAnswers.add(NtStatus.LOCK_NOT_GRANTED);
    assertThat(peer.lock(next).ask().status()).isEqualTo(NtStatus.LOCK_NOT_GRANTED);
    assertThat(peer.lock(next).replay().ask().status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(durable.share.calls).filteredOn("lock 1"::equals).hasSize(3);
  }
}
