package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** Lanes that are given up since their peer owns the volume no more. */
@Timeout(60)
class LaneLeaveTest {
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

  private ShareOpen open(String name, int options) throws ShareException {
    return lane.share.create(
        new CreateParameters(
            SharePath.ofWire(name),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN_IF,
            options),
        new Caller("node2", "node2"));
  }

  private void leave(LaneKind kind, String owner) {
    lane.nodes.client().lanes().lanes().leaveOthers(MovableLane.VOLUME, kind, owner);
  }

  private static NtStatus write(ShareOpen open) {
    try {
      open.write(0, MemorySegment.ofArray(new byte[] {7}), false);
      return NtStatus.SUCCESS;
    } catch (ShareException e) {
      return e.status();
    }
  }

  @Test
  void shouldFailWhatIsHeldAndWhatIsAskedLaterAndOpenAnew() throws Exception {
    ShareOpen held = open("held", 0);
    ShareOpen unused = open("unused", 0);
    int underWay = lane.nodes.client().lanes().lanes().status().size();
    assertThat(underWay).isEqualTo(1);
    lane.relay.target(unreachable());
    lane.relay.cut();
    CompletableFuture<NtStatus> waiting = CompletableFuture.supplyAsync(() -> write(held));
    await()
        .until(() -> lane.nodes.client().lanes().lanes().status().isEmpty() || !waiting.isDone());

    leave(LaneKind.CSV, "node3");

    assertThat(waiting.join()).isEqualTo(NtStatus.NETWORK_NAME_DELETED);
    assertThat(write(unused)).isEqualTo(NtStatus.NETWORK_NAME_DELETED);
    held.close();
    unused.close();

    lane.relay.target(lane.nodes.server().lanes().address());
    ShareOpen anew = open("anew", 0);
    assertThat(write(anew)).isEqualTo(NtStatus.SUCCESS);
    assertThat(write(held)).isNotEqualTo(NtStatus.SUCCESS);
    anew.close();
    assertThat(root.resolve("anew")).isNotEmptyFile();
  }

  /** Where nothing listens any more. */
  private static java.net.InetSocketAddress unreachable() throws IOException {
    try (java.net.ServerSocket socket =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      return (java.net.InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  @Test
  void shouldStayWithTheOwnerAndWithOtherKinds() throws Exception {
    ShareOpen file = open("file", 0);

    leave(LaneKind.CSV, "node1");
    leave(LaneKind.SBL, "node3");

    assertThat(write(file)).isEqualTo(NtStatus.SUCCESS);
    file.close();
  }

  @Test
  void shouldSayThatAFileWasNotDeletedWhenItsLaneWasLeft() throws Exception {
    ShareOpen doomed = open("doomed", CreateOptions.DELETE_ON_CLOSE);

    leave(LaneKind.CSV, "node3");

    assertThatThrownBy(doomed::close)
        .isInstanceOfSatisfying(
            ShareException.class,
            e -> assertThat(e.status()).isEqualTo(NtStatus.NETWORK_NAME_DELETED));
    assertThat(Files.exists(root.resolve("doomed"))).isTrue();
  }
}
