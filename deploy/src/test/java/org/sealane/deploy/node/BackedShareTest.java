package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.deploy.files.VolumeFiles;
import org.sealane.deploy.files.VolumePath;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;

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
}
