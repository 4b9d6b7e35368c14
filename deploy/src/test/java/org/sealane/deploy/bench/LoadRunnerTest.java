package org.sealane.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.sbl.target.Disk;
import org.sealane.sbl.target.DiskTarget;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

class LoadRunnerTest {
  private static final long DISK_BYTES = 1 << 20;

  @TempDir Path directory;

  private Measurement run(Load.Operation operation, long claimedBytes) throws Exception {
    Path path = directory.resolve("disk");
    Files.deleteIfExists(path);
    Disk.create(path, DISK_BYTES);
    try (DiskTarget target = new DiskTarget("v1")) {
      target.add(Disk.open("d1", path));
      try (ShareOpen open = open(target)) {
        Load load = new Load(operation, 4096, 4, Duration.ofMillis(20), Duration.ofMillis(100));
        return new LoadRunner(open, claimedBytes, load).run();
      }
    }
  }

  private static ShareOpen open(DiskTarget target) throws ShareException {
    CreateParameters parameters =
        new CreateParameters(
            SharePath.ofWire("d1"),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN,
            0);
    return target.create(parameters, new Caller("node1", "node1"));
  }

  @Test
  void shouldMeasureWhatWasRead() throws Exception {
    Measurement measured = run(Load.Operation.READ, DISK_BYTES);

    assertThat(measured.failed()).isZero();
    assertThat(measured.operations()).isPositive();
    assertThat(measured.bytes()).isEqualTo(measured.operations() * 4096);
    assertThat(measured.firstSecondBytesPerSecond()).isPositive();
    assertThat(measured.latencyMicros().max())
        .isGreaterThanOrEqualTo(measured.latencyMicros().p50());
  }

  @Test
  void shouldReallyWrite() throws Exception {
    assertThat(run(Load.Operation.WRITE, DISK_BYTES).failed()).isZero();

    byte[] block = new byte[4096];
    new Random(0).nextBytes(block);
    assertThat(Arrays.copyOf(Files.readAllBytes(directory.resolve("disk")), 4096)).isEqualTo(block);
  }

  @Test
  void shouldCountFailuresAndEndWhenOperationsFail() throws Exception {
    assertThat(run(Load.Operation.READ, 100 * DISK_BYTES).failed()).isPositive();
  }

  @Test
  void shouldRefuseAFileTooSmallForItsDepth() {
    Load load = new Load(Load.Operation.READ, 4096, 8, Duration.ZERO, Duration.ofSeconds(1));

    assertThatThrownBy(() -> new LoadRunner(null, 4096, load))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too small");
  }

  @Test
  void shouldReceiveWhatAProbeSends() throws IOException {
    try (TcpProbe probe = TcpProbe.listen("127.0.0.1", Duration.ofMillis(50))) {
      double rate = TcpProbe.receive(new java.net.InetSocketAddress("127.0.0.1", probe.port()));

      assertThat(rate).isPositive();
    }
  }

  @Test
  void shouldMeasureTheMachine() {
    MachineLimits limits = new MachineLimits(1 << 20);

    assertThat(limits.aesGcmBytesPerSecond(20_000_000)).isPositive();
    assertThat(limits.memoryCopyBytesPerSecond(20_000_000)).isPositive();
  }
}
