package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.FileId;
import org.sealane.smb.lane.Level;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.wire.NtStatus;

/** [MS-SMB2] 3.3.5.5.3: a session that takes the place of another of the same node. */
class PreviousSessionTest {
  private static final UUID GUID = new UUID(7, 8);

  private final ServerHarness old =
      ServerHarness.of(
          ServerSettings.defaults(ServerHarness.SERVER_GUID).with(Limit.DURABLE_OPENS, 4));
  private final PeerFiles oldFiles = PeerFiles.of(old);
  private final ServerHarness next = old.another();
  private final ScriptedPeer newPeer = new ScriptedPeer(next);

  PreviousSessionTest() {
    newPeer.negotiate();
    newPeer.previousSessionId = oldFiles.peer.sessionId;
  }

  private FileId openDurable() {
    return PeerFiles.fileId(
        oldFiles
            .create(
                "f",
                CreateDisposition.OPEN_IF,
                AccessMask.GENERIC_ALL,
                0,
                List.of(new CreateContext.DurableHandleRequestV2(0, 0, GUID)))
            .ask());
  }

  /** Sends SESSION_SETUP, whose answer may not come yet. */
  private void beginSetup(String node) {
    byte[] message = newPeer.setupRequest(node, 0).bytes();
    newPeer.hash = newPeer.hash.extend(java.lang.foreign.MemorySegment.ofArray(message));
    next.deliver(message);
  }

  private void assertEnds() {
    old.peerCloses();
    next.peerCloses();
    old.settle();
    next.settle();
    OpenCommands.closeShares(old.durableOpens.close());
    old.assertNothingLeaks();
    next.assertNothingLeaks();
    assertThat(old.globalSessions.size()).isZero();
  }

  @Test
  void shouldEndTheOldSessionAndItsConnection() {
    beginSetup("node1");
    assertThat(newPeer.hasNext()).as("answered before the old session has ended").isFalse();

    old.settle();
    next.settle();

    assertThat(newPeer.hasNext()).isTrue();
    assertThat(old.transport.closed).isPresent();
    assertEnds();
  }

  @Test
  void shouldWaitForAWriteThatAWorkerHasBegun() {
    FileId fileId = openDurable();
    old.workersPaused = true;
    old.deliver(oldFiles.write(fileId, 0, new byte[] {1}).bytes());
    Runnable write = old.workers.poll();
    boolean[] answeredDuringWrite = new boolean[1];
    old.share.beforeWrite =
        () -> {
          beginSetup("node1");
          old.settle();
          next.settle();
          answeredDuringWrite[0] = newPeer.hasNext();
        };

    write.run();
    assertThat(answeredDuringWrite[0]).isFalse();
    assertThat(old.durableOpens.waiting()).as("used open given away").isZero();
    old.settle();
    next.settle();

    assertThat(newPeer.hasNext()).isTrue();
    assertThat(old.share.files.get("f")).containsExactly(1);
    assertThat(old.durableOpens.waiting()).isEqualTo(1);
    old.workersPaused = false;
    assertEnds();
  }

  @Test
  void shouldGiveUpAWriteThatNoWorkerHasBegun() {
    FileId fileId = openDurable();
    old.workersPaused = true;
    old.deliver(oldFiles.write(fileId, 0, new byte[] {1}).bytes());

    beginSetup("node1");
    old.settle();
    next.settle();
    assertThat(newPeer.hasNext()).as("answered while a write waits").isFalse();
    old.resumeWorkers();
    next.settle();

    assertThat(newPeer.hasNext()).isTrue();
    assertThat(old.share.files.get("f")).as("the write took effect").isEmpty();
    assertEnds();
  }

  @Test
  void shouldServeNothingOfTheNewSessionBeforeTheOldOneHasEnded() {
    beginSetup("node1");
    newPeer.sessionId = newPeer.previousSessionId + 1;
    newPeer.keys = java.util.Optional.of(newPeer.deriveKeys());

    next.deliver(newPeer.treeConnectRequest("\\\\server\\share").level(Level.SIGN).bytes());

    assertThat(newPeer.next().getFirst().status()).isEqualTo(NtStatus.USER_SESSION_DELETED);
    old.settle();
    next.settle();
    assertEnds();
  }

  @Test
  void shouldLeaveTheSessionOfAnotherNodeAlone() {
    assertThat(newPeer.setup("node2").status()).isEqualTo(NtStatus.SUCCESS);
    old.settle();

    assertThat(old.transport.closed).isEmpty();
    oldFiles.open("f");
    assertEnds();
  }

  @Test
  void shouldAnswerAtOnceWhenThereIsNoSuchSession() {
    newPeer.previousSessionId = 99;

    assertThat(newPeer.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(old.transport.closed).isEmpty();
    assertEnds();
  }

  @Test
  void shouldEndOnlyTheSessionWhenItsConnectionHasAnother() {
    ScriptedPeer second = new ScriptedPeer(old);
    second.hash = oldFiles.peer.negotiatedHash;
    second.nextMessageId = oldFiles.peer.nextMessageId;
    assertThat(second.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);

    beginSetup("node1");
    old.settle();
    next.settle();

    assertThat(newPeer.hasNext()).isTrue();
    assertThat(old.transport.closed).isEmpty();
    assertThat(second.treeConnect("\\\\server\\share", Level.SIGN).status())
        .isEqualTo(NtStatus.SUCCESS);
    assertEnds();
  }

  @Test
  void shouldForgetTheNewSessionWhenItsConnectionIsLostBeforeTheOldOneHasEnded() {
    beginSetup("node1");
    next.peerCloses();
    assertThat(next.finished).isFalse();

    old.settle();
    next.settle();

    assertThat(next.finished).isTrue();
    assertEnds();
  }
}
