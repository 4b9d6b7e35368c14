package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlResponseCodec;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.io.NetworkInterfaceInfoCodec;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;

/** FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2] 3.3.5.15.11. */
class QueryInterfacesTest {
  private static final NetworkInterfaceInfo RDMA =
      new NetworkInterfaceInfo(
          2, NetworkInterfaceInfo.RDMA_CAPABLE, 25_000_000_000L, new byte[] {10, 0, 0, 1});
  private static final NetworkInterfaceInfo OTHER =
      new NetworkInterfaceInfo(3, 0, 1_000_000_000L, new byte[] {10, 1, 0, 1});

  private final ServerHarness server =
      new ServerHarness(
          ServerSettings.defaults(ServerHarness.SERVER_GUID),
          request -> ShareResolver.Granted.open(request.shareName(), new MemoryShare()));
  private final PeerFiles files = PeerFiles.of(server);

  @AfterEach
  void nothingIsLeft() {
    server.assertNothingLeaks();
  }

  private Reply query(int maxOutput) {
    return files
        .ioctl(
            IoctlRequest.fsctl(
                FsctlCode.QUERY_NETWORK_INTERFACE_INFO,
                FileId.NONE,
                MemorySegment.ofArray(new byte[0]),
                maxOutput))
        .ask();
  }

  @ParameterizedTest
  @EnumSource(
      value = Level.class,
      names = {"SIGN", "ENCRYPT"})
  void shouldTellTheInterfacesAsProtectedAsItIsAsked(Level level) throws Exception {
    server.interfaces.add(RDMA);
    server.interfaces.add(OTHER);
    files.at(level);

    Reply reply = query(4096);

    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    assertThat(reply.level()).isEqualTo(level);
    assertThat(
            NetworkInterfaceInfoCodec.decode(
                new MessageReader(IoctlResponseCodec.decode(reply.in()).output())))
        .containsExactly(RDMA, OTHER);
  }

  @Test
  void shouldTellNothingToWhoCouldBeAnybody() {
    server.interfaces.add(RDMA);
    files.at(Level.CLEAR);

    assertThat(query(4096).status()).isEqualTo(NtStatus.ACCESS_DENIED);
  }

  @Test
  void shouldSayWhenThereIsNoRoomOrNothingToTell() {
    files.at(Level.SIGN);
    assertThat(query(4096).status()).isEqualTo(NtStatus.NOT_SUPPORTED);

    server.interfaces.add(RDMA);
    assertThat(query(151).status()).isEqualTo(NtStatus.BUFFER_TOO_SMALL);
    assertThat(query(152).status()).isEqualTo(NtStatus.SUCCESS);
  }
}
