package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** Byte-range locks of an open on another node: they are the owner's, and move with the lane. */
@Timeout(120)
class LaneLockTest {
  private static final int RESTART = 7;

  @TempDir Path root;
  private MovableLane lane;

  @BeforeEach
  void start() throws Exception {
    lane = new MovableLane(root);
  }

  @AfterEach
  void stop() throws Exception {
    lane.close();
  }

  private static ShareOpen open(ShareBackend share) throws ShareException {
    return share.create(
        new CreateParameters(
            SharePath.ofWire("f"),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN_IF,
            0),
        new ShareBackend.Caller("node2", "anna"));
  }

  private static List<RangeLock> lock(long offset, long length, boolean exclusive) {
    return List.of(new RangeLock(new ByteRange(offset, length), exclusive));
  }

  private static void write(ShareOpen open) throws ShareException {
    open.write(0, MemorySegment.ofArray(new byte[10]), false);
  }

  private static void assertStatus(NtStatus status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void shouldBindClientsOfBothNodes() throws Exception {
    try (ShareOpen here = open(lane.directory);
        ShareOpen there = open(lane.share)) {
      there.lock(lock(0, 10, true));
      assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> here.lock(lock(5, 1, false)));
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> write(here));
      assertStatus(NtStatus.RANGE_NOT_LOCKED, () -> there.unlock(List.of(new ByteRange(0, 5))));
      there.unlock(List.of(new ByteRange(0, 10)));

      here.lock(lock(0, 10, true));
      assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> there.lock(lock(5, 1, false)));
      assertStatus(NtStatus.FILE_LOCK_CONFLICT, () -> write(there));
    }
  }

  @Test
  void shouldEndWithTheOpenOnTheOtherNode() throws Exception {
    try (ShareOpen here = open(lane.directory)) {
      ShareOpen there = open(lane.share);
      there.lock(lock(0, 10, true));

      there.close();

      here.lock(lock(0, 10, true));
    }
  }

  @Test
  void shouldKeepLocksWhenTheLaneMovesInAnyWay() throws Exception {
    try (ShareOpen here = open(lane.directory);
        ShareOpen there = open(lane.share)) {
      there.lock(lock(0, 10, true));
      for (int way = 0; way < MovableLane.WAYS; way++) {
        if (way == RESTART) {
          continue;
        }
        lane.provoke(way);
        lane.settle();
        // More locks than sequence numbers, so that each is used before a move and after it.
        for (int i = 0; i < 20; i++) {
          there.lock(lock(100 + i, 1, true));
          there.unlock(List.of(new ByteRange(100 + i, 1)));
        }
        write(there);
        assertStatus(NtStatus.LOCK_NOT_GRANTED, () -> here.lock(lock(0, 1, false)));
      }
      assertThat(lane.moves().byCause()).isNotEmpty();
      there.unlock(List.of(new ByteRange(0, 10)));
      here.lock(lock(0, 1, true));
    }
  }

  @Test
  void shouldFailAnOpenWhoseLocksTheOwnerHasLost() throws Exception {
    try (ShareOpen locked = open(lane.share);
        ShareOpen unlocked = open(lane.share)) {
      locked.lock(lock(0, 10, true));
      unlocked.lock(lock(20, 1, true));
      unlocked.unlock(List.of(new ByteRange(20, 1)));

      lane.provoke(RESTART);

      write(unlocked);
      assertStatus(NtStatus.FILE_FORCED_CLOSED, () -> write(locked));
      unlocked.lock(lock(0, 10, true));
    }
  }
}
