package org.sealane.cluster.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackingMarkerTest {
  private static final UUID CLUSTER = UUID.randomUUID();
  private static final UUID VOLUME = UUID.randomUUID();

  @TempDir Path root;
  private Path directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createDirectory(root.resolve("v1"));
  }

  private BackingMarker claim(UUID volume) throws BackingException {
    return BackingMarker.claim(directory, List.of(root), CLUSTER, volume);
  }

  private void create(UUID volume) throws BackingException {
    BackingMarker.create(directory, List.of(root), CLUSTER, volume);
  }

  @Test
  void shouldKeepTheOwnerEpochWhenClaimedAgain() throws Exception {
    create(VOLUME);
    try (BackingMarker marker = claim(VOLUME)) {
      assertThat(marker.lastOwnerEpoch()).isZero();
      marker.record(41);
      marker.record(42);
    }
    try (BackingMarker marker = claim(VOLUME)) {
      assertThat(marker.lastOwnerEpoch()).isEqualTo(42);
      assertThatThrownBy(() -> marker.record(41)).isInstanceOf(BackingException.class);
    }
  }

  @Test
  void shouldRefuseWhenThereIsNoMarker() {
    assertThatThrownBy(() -> claim(VOLUME))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("mounted");
  }

  @Test
  void shouldRefuseWhenTheMarkerIsOfAnotherVolume() throws Exception {
    create(VOLUME);
    assertThatThrownBy(() -> claim(UUID.randomUUID()))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("not of volume");
    assertThatThrownBy(() -> create(UUID.randomUUID())).isInstanceOf(BackingException.class);
    create(VOLUME);
  }

  @Test
  void shouldRefuseWhenAnotherServesIt() throws Exception {
    create(VOLUME);
    try (BackingMarker held = claim(VOLUME)) {
      assertThatThrownBy(() -> claim(VOLUME))
          .isInstanceOf(BackingException.class)
          .hasMessageContaining("locked");
      assertThat(held.lastOwnerEpoch()).isZero();
    }
  }

  @Test
  void shouldRefuseWhenThePathIsNotBelowTheRoots() throws Exception {
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    assertThatThrownBy(() -> BackingMarker.create(directory, List.of(elsewhere), CLUSTER, VOLUME))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("roots");
    Path link = Files.createSymbolicLink(elsewhere.resolve("v1"), directory);
    assertThatThrownBy(() -> BackingMarker.create(link, List.of(elsewhere), CLUSTER, VOLUME))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("roots");
  }

  @Test
  void shouldRefuseWhenTheMarkerIsDamagedOrALink() throws Exception {
    Path file = directory.resolve(BackingMarker.FILE_NAME);
    Files.writeString(file, "{\"format\":1}");
    assertThatThrownBy(() -> claim(VOLUME))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("damaged");
    Files.delete(file);
    Files.createSymbolicLink(file, root.resolve("somewhere"));
    assertThatThrownBy(() -> claim(VOLUME)).isInstanceOf(BackingException.class);
    assertThatThrownBy(() -> create(VOLUME)).isInstanceOf(BackingException.class);
  }

  @Test
  void shouldHoldItsLockWhateverElseThisProcessDoesToTheFile() throws Exception {
    create(VOLUME);
    Path file = directory.resolve(BackingMarker.FILE_NAME);
    try (BackingMarker held = claim(VOLUME)) {
      assertThat(isLockedInTheKernel(file)).isTrue();

      assertThatThrownBy(() -> create(VOLUME)).hasMessageContaining("locked");
      assertThatThrownBy(
              () -> BackingMarker.prove(directory, List.of(root), CLUSTER, UUID.randomUUID()))
          .hasMessageContaining("locked");
      assertThatThrownBy(() -> BackingMarker.withdraw(directory, List.of(root), CLUSTER, VOLUME))
          .hasMessageContaining("locked");

      assertThat(isLockedInTheKernel(file)).isTrue();
      held.record(3);
    }
    assertThat(isLockedInTheKernel(file)).isFalse();
  }

  private static boolean isLockedInTheKernel(Path file) throws Exception {
    long inode = (long) Files.getAttribute(file, "unix:ino");
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains(":" + inode + " ") && line.contains("WRITE"));
  }

  @Test
  void shouldProveADirectoryByTheMarkerThatWasMadeInIt() throws Exception {
    create(VOLUME);
    BackingMarker.prove(directory, List.of(root), CLUSTER, VOLUME);
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    assertThatThrownBy(() -> BackingMarker.prove(elsewhere, List.of(root), CLUSTER, VOLUME))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("mounted");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void shouldWithdrawOnlyAMarkerThatNobodyOwnedUnder() throws Exception {
    create(VOLUME);
    assertThatThrownBy(
            () -> BackingMarker.withdraw(directory, List.of(root), CLUSTER, UUID.randomUUID()))
        .isInstanceOf(BackingException.class);
    BackingMarker.withdraw(directory, List.of(root), CLUSTER, VOLUME);
    assertThat(directory).isEmptyDirectory();

    create(VOLUME);
    try (BackingMarker marker = claim(VOLUME)) {
      marker.record(1);
    }
    assertThatThrownBy(() -> BackingMarker.withdraw(directory, List.of(root), CLUSTER, VOLUME))
        .isInstanceOf(BackingException.class)
        .hasMessageContaining("owned already");
    assertThat(directory).isNotEmptyDirectory();
  }
}
