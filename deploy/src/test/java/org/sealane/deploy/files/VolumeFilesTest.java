package org.sealane.deploy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

class VolumeFilesTest {
  private static final int CHUNK = 1 << 20;

  @TempDir private Path directory;
  private DirectoryShare share;
  private VolumeFiles files;

  @BeforeEach
  void open() throws IOException {
    share = new DirectoryShare(directory, DirectoryShare.Settings.of("v1", 1));
    files = new VolumeFiles(share, new Caller("node1", "test"));
  }

  @AfterEach
  void close() {
    share.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 9 * CHUNK + 12_345})
  void shouldReadBackWhatItWroteOfAnyLength(int length) throws Exception {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    SharePath path = VolumePath.path("/a/b/file");

    long written = files.write(path, new ByteArrayInputStream(content));

    assertThat(written).isEqualTo(length);
    assertThat(directory.resolve("a/b/file")).hasBinaryContent(content);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try (VolumeFiles.Reader reader = files.open(path)) {
      assertThat(reader.lengthBytes()).isEqualTo(length);
      reader.transferTo(read);
    }
    assertThat(read.toByteArray()).isEqualTo(content);
  }

  @Test
  void shouldWriteAFileWhenTheAnswerToItsCreationWasLostAndItIsAskedForAgain() throws Exception {
    ShareBackend losing =
        new ShareBackend() {
          @Override
          public ShareOpen create(CreateParameters parameters, Caller caller)
              throws ShareException {
            share.create(parameters, caller).close();
            return share.create(parameters, caller);
          }

          @Override
          public VolumeInformation volumeInformation() throws ShareException {
            return share.volumeInformation();
          }

          @Override
          public void close() {
            share.close();
          }
        };

    new VolumeFiles(losing, new Caller("node1", "test"))
        .write(VolumePath.path("/a/file"), new ByteArrayInputStream(new byte[] {1, 2, 3}));

    assertThat(directory.resolve("a/file")).hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(files.list(VolumePath.path("/a"))).hasSize(1);
  }

  @Test
  void shouldReplaceAFileWholly() throws Exception {
    SharePath path = VolumePath.path("/file");
    files.write(path, new ByteArrayInputStream(new byte[1000]));
    files.write(path, new ByteArrayInputStream(new byte[] {1, 2, 3}));

    assertThat(directory.resolve("file")).hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(files.list(SharePath.ROOT)).hasSize(1);
  }

  @Test
  void shouldLeaveTheOldFileAndNothingElseWhenTheSourceFails() throws Exception {
    SharePath path = VolumePath.path("/file");
    files.write(path, new ByteArrayInputStream(new byte[] {1, 2, 3}));
    InputStream failing =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[3 * CHUNK]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("the client went away");
              }
            });

    assertThatThrownBy(() -> files.write(path, failing)).hasMessage("the client went away");

    assertThat(directory.resolve("file")).hasBinaryContent(new byte[] {1, 2, 3});
    try (var entries = Files.list(directory)) {
      assertThat(entries).hasSize(1);
    }
  }

  @Test
  void shouldListADirectoryByNameAndAFileByItself() throws Exception {
    for (String name : new String[] {"/d/b", "/d/a", "/d/c/x"}) {
      files.write(VolumePath.path(name), new ByteArrayInputStream(new byte[2]));
    }

    assertThat(files.list(VolumePath.path("/d")))
        .extracting(FileInformation::name)
        .containsExactly("a", "b", "c");
    assertThat(files.list(VolumePath.path("/d/a")))
        .extracting(FileInformation::endOfFile)
        .containsExactly(2L);
  }

  @Test
  void shouldDeleteAFile() throws Exception {
    files.write(VolumePath.path("/file"), InputStream.nullInputStream());
    files.delete(VolumePath.path("/file"));

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void shouldSayThatAFileIsAbsent() {
    assertThatThrownBy(() -> files.open(VolumePath.path("/absent")))
        .isInstanceOfSatisfying(
            ShareException.class,
            e -> assertThat(e.status()).isEqualTo(NtStatus.OBJECT_NAME_NOT_FOUND));
    assertThatThrownBy(() -> files.write(SharePath.ROOT, InputStream.nullInputStream()))
        .isInstanceOf(ShareException.class);
  }

  @ParameterizedTest
  @CsvSource({"v1:/a/b, v1, /a/b", "v1:/, v1, /", "v-1.x:/a//b/, v-1.x, /a/b"})
  void shouldParsePlaces(String text, String volume, String path) {
    VolumePath place = VolumePath.parse(text);

    assertThat(place.volume()).isEqualTo(volume);
    assertThat(VolumePath.text(place.path())).isEqualTo(path);
    assertThat(VolumePath.isOne(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "/a/b", "v1:a", "a/b:/c", ":/a", "v1:/a/../b", "v1:/a:b", "v1:/a*"})
  void shouldRefuseWhatIsNoPlace(String text) {
    assertThatThrownBy(() -> VolumePath.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
