package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.FileId;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;

/** [MS-SMB2] 3.3.5.2.7: several requests in one frame. */
class CompoundTest {
  private final ServerHarness server = ServerHarness.open();
  private final PeerFiles files = PeerFiles.of(server);

  private byte[] frame(Level level, byte[]... messages) {
    return level == Level.ENCRYPT ? files.peer.seal(messages) : PeerRequest.chain(messages);
  }

  private Level inner(Level level) {
    return level == Level.ENCRYPT ? Level.CLEAR : level;
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void shouldCarryTheFileOnThroughRelatedRequests(Level level) {
    files.at(inner(level));
    byte[] bytes = PeerFiles.pattern(333);
    byte[] frame =
        frame(
            level,
            files.create("f").followed().message(),
            files.write(FileId.NONE, 0, bytes).related().followed().message(),
            files.read(FileId.NONE, 0, 333).related().followed().message(),
            files.close(FileId.NONE).related().message());

    List<Reply> replies = files.peer.askAll(frame);

    assertThat(replies)
        .extracting(reply -> Command.ofCode(reply.header().command()).orElseThrow())
        .containsExactly(Command.CREATE, Command.WRITE, Command.READ, Command.CLOSE);
    assertThat(replies).extracting(Reply::status).containsOnly(NtStatus.SUCCESS);
    assertThat(replies).extracting(Reply::level).containsOnly(level);
    assertThat(PeerFiles.payload(replies.get(2))).isEqualTo(bytes);
    assertThat(replies.subList(1, 4))
        .allMatch(reply -> reply.header().has(HeaderFlags.RELATED_OPERATIONS));
    assertThat(server.share.openNow()).isZero();
    server.assertNothingLeaks();
  }

  @Test
  void shouldFailRelatedRequestsWithTheFailureOfTheCreate() {
    byte[] frame =
        PeerRequest.chain(
            files
                .create("no", CreateDisposition.OPEN, AccessMask.GENERIC_READ, 0)
                .followed()
                .message(),
            files.read(FileId.NONE, 0, 3).related().followed().message(),
            files.close(FileId.NONE).related().message());

    assertThat(files.peer.askAll(frame))
        .extracting(Reply::status)
        .containsOnly(NtStatus.OBJECT_NAME_NOT_FOUND);
    server.assertNothingLeaks();
  }

  @Test
  void shouldAnswerUnrelatedRequestsInOrderEachByItself() {
    FileId fileId = files.open("f");
    byte[] frame =
        PeerRequest.chain(
            files.write(fileId, 0, new byte[5]).followed().message(),
            files.read(new FileId(99, 99), 0, 5).followed().message(),
            files.read(fileId, 0, 5).message());

    assertThat(files.peer.askAll(frame))
        .extracting(Reply::status)
        .containsExactly(NtStatus.SUCCESS, NtStatus.FILE_CLOSED, NtStatus.SUCCESS);
  }

  @Test
  void shouldRefuseTheFirstRequestWhenItIsRelated() {
    FileId fileId = files.open("f");

    assertThat(files.flush(fileId).related().ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    assertThat(files.flush(fileId).session(-1).related().ask().status())
        .as("of no session")
        .isEqualTo(NtStatus.INVALID_PARAMETER);
  }

  @Test
  void shouldNotContinueWithAFileFromBeforeAnUnrelatedRequest() {
    byte[] frame =
        PeerRequest.chain(
            files.create("f").followed().message(),
            files.close(FileId.NONE).followed().message(),
            files.close(FileId.NONE).related().message());

    assertThat(files.peer.askAll(frame))
        .extracting(Reply::status)
        .containsExactly(NtStatus.SUCCESS, NtStatus.FILE_CLOSED, NtStatus.FILE_CLOSED);
  }

  @Test
  void shouldRefuseAllOfAChainThatContinuesNothing() {
    FileId fileId = files.open("f");
    byte[] frame =
        PeerRequest.chain(
            files.flush(fileId).related().followed().message(),
            files.close(fileId).related().message());

    assertThat(files.peer.askAll(frame))
        .extracting(Reply::status)
        .containsOnly(NtStatus.INVALID_PARAMETER);
    server.assertNothingLeaks();
  }

  @Test
  void shouldDisconnectWhenAnEncryptedChainStartsRelated() {
    files.peer.assertDisconnects(
        files.peer.seal(files.flush(new FileId(1, 1)).related().message()));
  }

  @Test
  void shouldDisconnectWhenAnEncryptedMemberNamesAnotherSession() {
    files.peer.assertDisconnects(
        files.peer.seal(
            files.create("f").followed().message(), files.create("g").session(3).message()));
  }

  @Test
  void shouldDisconnectWhenACompoundHasTooManyMessages() {
    byte[][] messages = new byte[33][];
    for (int i = 0; i < 33; i++) {
      PeerRequest echo = files.peer.request(Command.ECHO).body(out -> out.u16(64, 4).padTo(68));
      messages[i] = i < 32 ? echo.followed().message() : echo.message();
    }

    files.peer.assertDisconnects(PeerRequest.chain(messages));
  }

  @Test
  void shouldDisconnectWhenNextCommandPointsOutOfTheFrame() {
    byte[] message =
        files.peer.request(Command.ECHO).body(out -> out.u16(64, 4).padTo(68)).message();
    message[20] = 64;

    files.peer.assertDisconnects(message);
  }

  @Test
  void shouldRefuseReadsThatTogetherPassTheLargestResponse() {
    FileId fileId = files.open("f");
    files.write(fileId, 0, new byte[5]).ask();
    long eachBytes = 5 << 20;
    files.peer.request(Command.ECHO).body(out -> out.u16(64, 4).padTo(68)).credits(500).ask();
    byte[] frame =
        PeerRequest.chain(
            files.read(fileId, 0, eachBytes).followed().message(),
            files.read(fileId, 0, eachBytes).message());

    assertThat(files.peer.askAll(frame))
        .extracting(Reply::status)
        .containsExactly(NtStatus.SUCCESS, NtStatus.INSUFFICIENT_RESOURCES);
    server.assertNothingLeaks();
  }

  @Test
  void shouldServeTheRestOfTheChainOnATreeConnectedInIt() {
    ScriptedPeer peer = ScriptedPeer.authenticated(ServerHarness.open());
    PeerFiles fresh = new PeerFiles(peer).at(Level.SIGN);
    byte[] frame =
        PeerRequest.chain(
            peer.treeConnectRequest("\\\\server\\share").level(Level.SIGN).followed().message(),
            fresh.create("f").related().message());

    assertThat(peer.askAll(frame)).extracting(Reply::status).containsOnly(NtStatus.SUCCESS);
    peer.server.assertNothingLeaks();
  }

  @Test
  void shouldReleaseAllWhenTheConnectionDiesWithinAChain() {
    server.workersPaused = true;
    server.deliver(
        PeerRequest.chain(
            files.create("f").followed().message(),
            files.write(FileId.NONE, 0, new byte[10]).related().followed().message(),
            files.read(FileId.NONE, 0, 10).related().message()));
    server.runWorker();
    server.runWorker();

    server.peerCloses();
    server.resumeWorkers();

    server.assertNothingLeaks();
  }
}
