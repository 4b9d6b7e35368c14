package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.cluster.lane.TwoLaneNodes.policy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.csv.volume.VolumeDirectory;
import org.sealane.csv.volume.Volumes;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** Files of a volume that another node owns: every operation over a real lane. */
class VolumeOverLaneTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final Caller CALLER = new Caller("node2", "node2");

  @TempDir Path root;
  private TwoLaneNodes nodes;
  private Volumes owner;
  private ShareBackend share;

  @BeforeEach
  void start() throws Exception {
    VolumeDirectory directory =
        new VolumeDirectory() {
          @Override
          public Optional<UUID> findVolume(String name) {
            return Optional.of(VOLUME);
          }

          @Override
          public Optional<String> owner(UUID volume) {
            return Optional.of("node1");
          }
        };
    owner = new Volumes("node1", directory, (_, _) -> refuse());
    owner.own(VOLUME, new DirectoryShare(root, DirectoryShare.Settings.of("v1", 7)));
    nodes = new TwoLaneNodes((volume, _) -> owner.local(volume));
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.CSV, 1, Level.ENCRYPT)));
    Volumes user =
        new Volumes("node2", directory, (_, volume) -> nodes.share(volume, LaneKind.CSV));
    share = user.share("v1");
  }

  private static ShareBackend refuse() {
    throw new AssertionError("the owner needs no lane");
  }

  @AfterEach
  void stop() {
    nodes.close();
    owner.close();
  }

  private ShareOpen open(String path, CreateDisposition disposition, int options)
      throws ShareException {
    return share.create(
        new CreateParameters(
            SharePath.ofWire(path),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            disposition,
            options),
        CALLER);
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  private void write(String path, byte[] content) throws ShareException {
    try (ShareOpen file = open(path, CreateDisposition.OVERWRITE_IF, 0)) {
      if (content.length > 0) {
        file.write(0, MemorySegment.ofArray(content), false);
      }
      file.flush();
    }
  }

  private static void assertStatus(
      NtStatus status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void shouldKeepContentUnchangedAtEveryLevel(Level level) throws Exception {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.CSV, 2, level)));
    byte[] content = random(9_000_001);

    write("a file.bin", content);

    assertThat(Files.readAllBytes(root.resolve("a file.bin"))).isEqualTo(content);
    byte[] read = new byte[content.length];
    try (ShareOpen file = open("a file.bin", CreateDisposition.OPEN, 0)) {
      for (int at = 0; at < read.length; ) {
        at += file.read(at, MemorySegment.ofArray(read).asSlice(at));
      }
      assertStatus(
          NtStatus.END_OF_FILE,
          () -> file.read(content.length, MemorySegment.ofArray(new byte[1])));
    }
    assertThat(read).isEqualTo(content);
    long bytes = 2L * content.length;
    PayloadBytes payload = nodes.payload();
    assertThat(
            switch (level) {
              case CLEAR -> payload.clear();
              case SIGN -> payload.signed();
              case ENCRYPT -> payload.sealed();
            })
        .isEqualTo(bytes);
    assertThat(payload.clear() + payload.signed() + payload.sealed()).isEqualTo(bytes);
  }

  @Test
  void shouldPassNamesSizesTimesAndAttributesUnchanged() throws Exception {
    String name = "Größe und 名前 ☃.txt";
    Instant written = Instant.parse("2020-02-29T12:34:56.789012300Z");
    write(name, random(1_234));
    try (ShareOpen file = open(name, CreateDisposition.OPEN, 0)) {
      file.setInformation(
          new FileChange.Basic(
              Optional.empty(),
              Optional.empty(),
              Optional.of(written),
              Optional.empty(),
              OptionalInt.empty()));

      FileInformation information = file.information();
      assertThat(information.endOfFile()).isEqualTo(1_234);
      assertThat(information.lastWriteTime()).isEqualTo(written);
      assertThat(information.isDirectory()).isFalse();
    }
    assertThat(Files.getLastModifiedTime(root.resolve(name)).toInstant()).isEqualTo(written);
  }

  @Test
  void shouldListADirectoryOfThousandsInPieces() throws Exception {
    open("d", CreateDisposition.CREATE, CreateOptions.DIRECTORY_FILE).close();
    List<String> expected =
        new ArrayList<>(IntStream.range(0, 3_000).mapToObj(i -> "f" + i).toList());
    for (String name : expected) {
      Files.createFile(root.resolve("d").resolve(name));
    }
    List<String> names = new ArrayList<>();
    try (ShareOpen directory = open("d", CreateDisposition.OPEN, CreateOptions.DIRECTORY_FILE)) {
      List<FileInformation> page = directory.queryDirectory("*", true, 100);
      while (!page.isEmpty()) {
        assertThat(page).hasSizeLessThanOrEqualTo(100);
        page.forEach(entry -> names.add(entry.name()));
        page = directory.queryDirectory("*", false, 100);
      }
    }
    expected.add(".");
    expected.add("..");
    assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void shouldRenameTruncateAndDelete() throws Exception {
    write("old", random(5_000));
    write("other", random(10));
    try (ShareOpen file = open("old", CreateDisposition.OPEN, 0)) {
      assertStatus(
          NtStatus.OBJECT_NAME_COLLISION,
          () -> file.setInformation(new FileChange.Rename(SharePath.ofWire("other"), false)));
      file.setInformation(new FileChange.Rename(SharePath.ofWire("new"), false));
      file.setInformation(new FileChange.EndOfFile(1_000));
      assertThat(file.information().endOfFile()).isEqualTo(1_000);
    }
    assertThat(root.resolve("old")).doesNotExist();
    assertThat(Files.size(root.resolve("new"))).isEqualTo(1_000);
    try (ShareOpen file = open("new", CreateDisposition.OPEN, 0)) {
      file.setInformation(new FileChange.Disposition(true));
    }
    assertThat(root.resolve("new")).doesNotExist();
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> open("new", CreateDisposition.OPEN, 0));
  }

  @Test
  void shouldKeepHolesOfASparseFile() throws Exception {
    try (ShareOpen file = open("sparse", CreateDisposition.CREATE, 0)) {
      file.setInformation(new FileChange.Sparse(true));
      file.setInformation(new FileChange.EndOfFile(64 << 20));
      file.write(32 << 20, MemorySegment.ofArray(random(4_096)), false);
      file.write(0, MemorySegment.ofArray(random(1 << 20)), false);
      file.zero(0, 1 << 20);

      byte[] read = new byte[1 << 20];
      file.read(0, MemorySegment.ofArray(read));
      assertThat(read).isEqualTo(new byte[1 << 20]);
      List<ShareOpen.Extent> extents = file.allocatedRanges(0, 64 << 20);
      assertThat(extents)
          .anyMatch(e -> e.offset() <= 32 << 20 && e.offset() + e.length() >= (32 << 20) + 4_096);
      assertThat(extents.stream().mapToLong(ShareOpen.Extent::length).sum()).isLessThan(2 << 20);
      assertThat(file.information().endOfFile()).isEqualTo(64 << 20);
    }
  }

  @Test
  void shouldTellTheOwnersFileSystem() throws ShareException {
    ShareBackend.VolumeInformation information = share.volumeInformation();

    assertThat(information.totalBytes()).isEqualTo(root.toFile().getTotalSpace());
    assertThat(information.label()).isEqualTo("v1");
  }

  @Test
  void shouldRefuseWhatLeavesTheVolume() throws IOException {
    Files.createSymbolicLink(root.resolve("link"), Path.of("/etc"));

    assertThatThrownBy(() -> open("link\\passwd", CreateDisposition.OPEN, 0))
        .isInstanceOf(ShareException.class);
  }
}
