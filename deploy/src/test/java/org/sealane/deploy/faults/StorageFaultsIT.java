package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.BlockRoutes;
import org.sealane.deploy.local.CommandRun;
import org.sealane.deploy.local.LocalDirectory;
import org.sealane.deploy.local.SmallFileSystem;

/**
 * A file system that is really full, and a disk that is a block device. In order, since the last
 * leaves no room.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StorageFaultsIT {
  private static final int SMALL_BYTES = 4 << 20;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final long DEVICE_BYTES = 16 << 20;

  @TempDir private static Path directory;
  private static FaultCluster cluster;
  private static Optional<SmallFileSystem> small;
  private static Optional<LoopDevice> device;

  @BeforeAll
  static void start() throws Exception {
    small = SmallFileSystem.find();
    device = LoopDevice.make(directory.resolve("device.img"), DEVICE_BYTES);
    cluster = FaultCluster.start(directory, 2);
    cluster.kill("node1");
    LocalDirectory local = cluster.local().directory();
    if (device.isPresent()) {
      Path config = local.nodeConfig("node1");
      Files.writeString(
          config,
          Files.readString(config)
              .replace("roots:\n", "roots:\n  - " + device.get().device().getParent() + "\n"));
    }
    Path full = Files.createDirectories(local.nodeStorage("node1").resolve("small"));
    cluster.restart(
        "node1",
        () -> {
          if (small.isPresent()) {
            small.get().startNode(cluster.local(), "node1", full, SMALL_BYTES / 1024 + "k");
          } else {
            cluster.local().startNode("node1");
          }
        });
    cluster.createVolume("v1", "node1");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    if (device != null && device.isPresent()) {
      device.get().close();
    }
  }

  private static void requireSmall() {
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(small).as("a mount namespace can be had").isPresent();
    }
    Assumptions.assumeTrue(small.isPresent(), "no mount namespace here");
  }

  private static Path file(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(directory.resolve(name), content);
  }

  @Test
  @Order(1)
  void shouldSayInOneLineThatTheDiskIsFullAndServeOn() throws Exception {
    requireSmall();
    CommandRun made =
        CommandRun.of(directory, "volume", "create", "v2", "--owner", "node1", "--path", "small");
    assertThat(made.err()).isEmpty();
    Path tooLarge = file("large.bin", 2 * SMALL_BYTES);
    Path fits = file("fits.bin", SMALL_BYTES / 4);

    CommandRun refused =
        CommandRun.of(directory, "cp", tooLarge.toString(), "v2:/large.bin", "--via", "node2");

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err().lines()).as(refused.err()).hasSize(1);
    assertThat(refused.err())
        .startsWith("sealane: ")
        .contains("v2:/large.bin")
        .contains("DISK_FULL")
        .doesNotContain("bug");
    CommandRun list = CommandRun.of(directory, "ls", "v2:/", "--via", "node2");
    assertThat(list.out())
        .as("nothing is left of what did not fit")
        .doesNotContain("large", "part");
    CommandRun in = CommandRun.of(directory, "cp", fits.toString(), "v2:/fits", "--via", "node2");
    assertThat(in.err()).isEmpty();
    CommandRun out = CommandRun.of(directory, "cp", "v2:/fits", "back.bin", "--via", "node2");
    assertThat(out.err()).isEmpty();
    assertThat(directory.resolve("back.bin")).hasSameBinaryContentAs(fits);
  }

  @Test
  @Order(3)
  void shouldSayThatADiskHasNoRoomAndKeepWhatWasWritten() throws Exception {
    requireSmall();
    cluster
        .administrator("node1")
        .addDisk(
            "thin",
            "node1",
            cluster.local().directory().nodeStorage("node1").resolve("small/thin.img").toString(),
            4L * SMALL_BYTES,
            "v1");
    byte[] content = new byte[BLOCK_BYTES];
    Arrays.fill(content, (byte) 5);
    write("thin", 0, content);

    assertThatThrownBy(
            () -> {
              for (int block = 1; block < 4 * SMALL_BYTES / BLOCK_BYTES; block++) {
                write("thin", (long) block * BLOCK_BYTES, content);
              }
            })
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("DISK_FULL");

    assertThat(read("thin", 0)).isEqualTo(content);
    cluster.administrator("node1").removeDisk("thin");
  }

  @Test
  @Order(2)
  void shouldServeABlockDeviceAsADisk() throws Exception {
    Assumptions.assumeTrue(device.isPresent(), "no loop device here");
    Path path = device.get().device();

    CommandRun added =
        CommandRun.of(
            directory,
            "disk",
            "add",
            "loop",
            "--node",
            "node1",
            "--path",
            path.toString(),
            "--volume",
            "v1");

    assertThat(added.err()).isEmpty();
    assertThat(cluster.status("node2").disks())
        .filteredOn(disk -> disk.name().equals("loop"))
        .singleElement()
        .satisfies(disk -> assertThat(disk.sizeBytes()).isEqualTo(DEVICE_BYTES));
    byte[] content = new byte[BLOCK_BYTES];
    new Random(3).nextBytes(content);
    long last = DEVICE_BYTES - BLOCK_BYTES;
    write("loop", last, content);
    assertThat(read("loop", last)).isEqualTo(content);
    byte[] behind = new byte[BLOCK_BYTES];
    try (RandomAccessFile file = new RandomAccessFile(device.get().file().toFile(), "r")) {
      file.seek(last);
      file.readFully(behind);
    }
    assertThat(behind).as("durable once it was acknowledged").isEqualTo(content);
    assertThatThrownBy(() -> write("loop", last + 1, content))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("INVALID_PARAMETER");
    cluster.administrator("node1").removeDisk("loop");
  }

  private static void write(String disk, long offset, byte[] content) throws AdminException {
    cluster
        .node("node2")
        .put(
            BlockRoutes.BLOCKS,
            Map.of("disk", disk, "offset", Long.toString(offset)),
            BodyPublishers.ofByteArray(content));
  }

  private static byte[] read(String disk, long offset) throws Exception {
    try (InputStream in =
        cluster.node("node2").stream(
            BlockRoutes.BLOCKS,
            Map.of(
                "disk", disk,
                "offset", Long.toString(offset),
                "length", Integer.toString(BLOCK_BYTES)))) {
      return in.readAllBytes();
    }
  }
}
