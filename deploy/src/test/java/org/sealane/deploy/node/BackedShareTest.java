package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.deploy.files.VolumeFiles;
import org.sealane.deploy.files.VolumePath;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.CacheRequest;
import org.sealane.smb.share.Caching;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.FileEvent;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.share.WatchRequest;

class BackedShareTest {
  private static final String MARKER = "the marker's content";

  @TempDir private Path directory;
  private BackedShare share;
  private VolumeFiles files;

  @BeforeEach
  void open() throws Exception {
    Files.writeString(directory.resolve(BackingMarker.FILE_NAME), MARKER);
    share = new BackedShare(new DirectoryShare(directory, DirectoryShare.Settings.of("v1", 1)));
    files = new VolumeFiles(share, new Caller("node1", "test"));
  }

  @AfterEach
  void close() throws Exception {
    share.close();
    assertThat(directory.resolve(BackingMarker.FILE_NAME)).hasContent(MARKER);
  }

  @Test
  void shouldListEverythingButTheMarker() throws Exception {
    assertThat(files.list(SharePath.ROOT)).isEmpty();

    files.write(VolumePath.path("/a"), InputStream.nullInputStream());
    files.write(VolumePath.path("/z"), InputStream.nullInputStream());

    assertThat(files.list(SharePath.ROOT))
        .extracting(FileInformation::name)
        .containsExactly("a", "z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.sealane-volume", "/.SEALANE-Volume", "/.sealane-volume/below"})
  void shouldLetNobodyTouchTheMarker(String path) {
    assertThatThrownBy(() -> files.open(VolumePath.path(path))).isInstanceOf(ShareException.class);
    assertThatThrownBy(() -> files.delete(VolumePath.path(path)))
        .isInstanceOf(ShareException.class);
    assertThatThrownBy(
            () -> files.write(VolumePath.path(path), new ByteArrayInputStream(new byte[1])))
        .isInstanceOf(ShareException.class);
  }

  @Test
  void shouldAllowItsNameInOtherDirectories() throws Exception {
    files.write(VolumePath.path("/below/.sealane-volume"), InputStream.nullInputStream());

    assertThat(files.list(VolumePath.path("/below"))).hasSize(1);
  }

  private ShareOpen open(String path, int options) throws ShareException {
    return share.create(
        new CreateParameters(
            VolumePath.path(path),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN_IF,
            options),
        new Caller("node1", "test"));
  }

  @Test
  void shouldLockCacheAndWatchAsTheDirectoryDoes() throws Exception {
    WatchRequest names = new WatchRequest(WatchRequest.FILE_NAME, true);
    List<RangeLock> lock = List.of(new RangeLock(new ByteRange(0, 1), true));
    try (ShareOpen root = open("/", CreateOptions.DIRECTORY_FILE)) {
      assertThat(root.changes(names)).isEqualTo(Changes.NONE);
      ShareOpen file = open("/f", 0);
      CacheRequest all = new CacheRequest(Optional.empty(), Caching.ALL, 0, (_, _, _, _) -> {});
      assertThat(file.cache(all).state()).isEqualTo(Caching.ALL);
      file.close();
      file = open("/f", 0);
      file.lock(lock);
      try (ShareOpen other = open("/F", 0)) {
        assertThatThrownBy(() -> other.lock(lock)).isInstanceOf(ShareException.class);
        file.unlock(List.of(new ByteRange(0, 1)));
        other.lock(lock);
      }
      file.close();
      assertThat(root.changes(names).events())
          .containsExactly(new FileEvent(FileEvent.Action.ADDED, VolumePath.path("/f")));
    }
  }
}
