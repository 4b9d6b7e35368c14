package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.NtStatus;

class DirectoryShareChangeTest extends ShareFixture {

  private static FileChange.Rename to(String path) throws ShareException {
    return new FileChange.Rename(SharePath.ofWire(path), false);
  }

  private static FileChange.Rename replacing(String path) throws ShareException {
    return new FileChange.Rename(SharePath.ofWire(path), true);
  }

  private static FileChange attributes(int attributes) {
    return new FileChange.Basic(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.of(attributes));
  }

  @Nested
  class Renames {
    @Test
    void shouldFollowFileWhenItIsRenamed() throws ShareException {
      put("f", "content");
      mkdir("d");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE);
          ShareOpen other = open("f", READ, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
        open.setInformation(to("d\\g"));

        assertThat(open.information().name()).isEqualTo("g");
        assertThat(other.information().name()).isEqualTo("g");
        assertThat(read(other, 0, 7)).isEqualTo("content");
        open.setInformation(new FileChange.Disposition(true));
      }
      assertThat(root.resolve("f")).doesNotExist();
      assertThat(root.resolve("d/g")).doesNotExist();
    }

    @Test
    void shouldCollideWhenTargetExistsAndMayNotBeReplaced() throws ShareException {
      put("f", "1");
      put("g", "2");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        assertStatus(NtStatus.OBJECT_NAME_COLLISION, () -> open.setInformation(to("g")));
      }
      assertThat(content("g")).isEqualTo("2");
    }

    @Test
    void shouldReplaceWhenAskedTo() throws ShareException {
      put("f", "1");
      put("g", "2");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(replacing("g"));
      }
      assertThat(content("g")).isEqualTo("1");
      assertThat(root.resolve("f")).doesNotExist();
    }

    @Test
    void shouldNotReplaceWhenTargetIsOpenOrDirectoryOrReadOnly() throws ShareException {
      put("f", "1");
      put("open", "2");
      put("readonly", "3");
      mkdir("d");
      try (ShareOpen target = open("readonly", CreateDisposition.OPEN, FILE)) {
        target.setInformation(attributes(FileAttributes.READONLY));
      }
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE);
          ShareOpen _ = open("open", READ, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
        assertStatus(NtStatus.ACCESS_DENIED, () -> open.setInformation(replacing("open")));
        assertStatus(NtStatus.ACCESS_DENIED, () -> open.setInformation(replacing("d")));
        assertStatus(NtStatus.ACCESS_DENIED, () -> open.setInformation(replacing("readonly")));
      }
      assertThat(content("f")).isEqualTo("1");
    }

    @Test
    void shouldMoveDirectoryWithAllBelow() throws ShareException {
      mkdir("a");
      mkdir("b");
      put("a\\f", "content");
      try (ShareOpen open = open("a", CreateDisposition.OPEN, DIRECTORY)) {
        open.setInformation(to("b\\c"));
        assertThat(open.queryDirectory("*", true, 10))
            .extracting(FileInformation::name)
            .containsExactly(".", "..", "f");
      }
      assertThat(content("b\\c\\f")).isEqualTo("content");
    }

    @Test
    void shouldNotMoveDirectoryWhenSomethingBelowIsOpen() throws ShareException {
      mkdir("a");
      put("a\\f", "content");
      try (ShareOpen open = open("a", CreateDisposition.OPEN, DIRECTORY)) {
        try (ShareOpen _ = open("a\\f", READ, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
          assertStatus(NtStatus.ACCESS_DENIED, () -> open.setInformation(to("b")));
        }
        open.setInformation(to("b"));
      }
      assertThat(content("b\\f")).isEqualTo("content");
    }

    @Test
    void shouldNotMoveDirectoryBelowItself() throws ShareException {
      mkdir("a");
      try (ShareOpen open = open("a", CreateDisposition.OPEN, DIRECTORY)) {
        assertStatus(NtStatus.INVALID_PARAMETER, () -> open.setInformation(to("a\\b")));
      }
    }

    @Test
    void shouldTellPathWhenNewOneIsNotThere() throws ShareException {
      put("f", "");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        assertStatus(NtStatus.OBJECT_PATH_NOT_FOUND, () -> open.setInformation(to("no\\f")));
        assertStatus(NtStatus.ACCESS_DENIED, () -> open.setInformation(replacing("")));
        open.setInformation(to("f"));
      }
      try (ShareOpen directory = open("", CreateDisposition.OPEN, DIRECTORY)) {
        assertStatus(NtStatus.ACCESS_DENIED, () -> directory.setInformation(to("x")));
      }
    }

    @Test
    void shouldLoseOldNameWhenNewOneIsTheSameFile() throws Exception {
      put("f", "content");
      Files.createLink(root.resolve("g"), root.resolve("f"));
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(replacing("g"));
      }
      assertThat(root.resolve("f")).doesNotExist();
      assertThat(content("g")).isEqualTo("content");
    }
  }

  @Nested
  class Deletions {
    @Test
    void shouldDeleteWithLastCloseWhenDispositionIsSet() throws ShareException {
      put("f", "content");
      ShareOpen other = open("f", READ, SHARE_ALL, CreateDisposition.OPEN, FILE);
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(new FileChange.Disposition(true));
        assertStatus(NtStatus.DELETE_PENDING, () -> open("f", CreateDisposition.OPEN, FILE));
      }
      assertThat(root.resolve("f")).exists();
      assertThat(read(other, 0, 7)).isEqualTo("content");
      assertStatus(NtStatus.DELETE_PENDING, () -> open("f", CreateDisposition.OPEN_IF, FILE));
      other.close();
      assertThat(root.resolve("f")).doesNotExist();
    }

    @Test
    void shouldDeleteUnderNewNameWhenRenamedMeanwhile() throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(new FileChange.Disposition(true));
        open.setInformation(to("g"));
      }
      assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldKeepFileWhenDispositionIsTakenBack() throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(new FileChange.Disposition(true));
        open.setInformation(new FileChange.Disposition(false));
        open("f", CreateDisposition.OPEN, FILE).close();
      }
      assertThat(content("f")).isEqualTo("content");
    }

    @Test
    void shouldKeepWhatWasToBeDeletedWhenTheOpenIsAbandoned() throws ShareException {
      open("f", CreateDisposition.CREATE, FILE | CreateOptions.DELETE_ON_CLOSE).abandon();
      ShareOpen pending = open("f", CreateDisposition.OPEN, FILE);
      pending.setInformation(new FileChange.Disposition(true));
      pending.abandon();

      assertThat(root.resolve("f")).exists();
      open("f", CreateDisposition.OPEN, FILE).close();
    }

    @Test
    void shouldDeleteWhenOpenedToDeleteOnClose() throws ShareException {
      int options = FILE | CreateOptions.DELETE_ON_CLOSE;
      ShareOpen other = open("f", CreateDisposition.CREATE, FILE);
      open("f", CreateDisposition.OPEN, options).close();

      assertStatus(NtStatus.DELETE_PENDING, () -> open("f", CreateDisposition.OPEN, FILE));
      other.close();
      assertThat(root.resolve("f")).doesNotExist();
      assertStatus(
          NtStatus.INVALID_PARAMETER,
          () -> open("f", READ, SHARE_ALL, CreateDisposition.OPEN_IF, options));
      assertStatus(
          NtStatus.CANNOT_DELETE,
          () -> open("", CreateDisposition.OPEN, CreateOptions.DELETE_ON_CLOSE));
    }

    @Test
    void shouldDeleteDirectoryOnlyWhenItIsEmpty() throws ShareException {
      mkdir("d");
      put("d\\f", "");
      try (ShareOpen open = open("d", CreateDisposition.OPEN, DIRECTORY)) {
        assertStatus(
            NtStatus.DIRECTORY_NOT_EMPTY,
            () -> open.setInformation(new FileChange.Disposition(true)));
        open("d\\f", CreateDisposition.OPEN, FILE | CreateOptions.DELETE_ON_CLOSE).close();
        open.setInformation(new FileChange.Disposition(true));
        assertStatus(NtStatus.DELETE_PENDING, () -> open("d\\g", CreateDisposition.CREATE, FILE));
        put("g", "");
        try (ShareOpen file = open("g", CreateDisposition.OPEN, FILE)) {
          assertStatus(NtStatus.DELETE_PENDING, () -> file.setInformation(to("d\\g")));
        }
      }
      assertThat(root.resolve("d")).doesNotExist();
      assertThat(root.resolve("g")).exists();
    }

    @Test
    void shouldTellWhenDirectoryToDeleteOnCloseIsNotEmpty() throws ShareException {
      mkdir("d");
      put("d\\f", "");
      ShareOpen open = open("d", CreateDisposition.OPEN, DIRECTORY | CreateOptions.DELETE_ON_CLOSE);

      assertStatus(NtStatus.DIRECTORY_NOT_EMPTY, open::close);
      open.close();
      assertThat(content("d\\f")).isEmpty();
    }

    @Test
    void shouldNotDeleteWhenReadOnlyOrRoot() throws ShareException {
      try (ShareOpen open =
          openWithAttributes("f", CreateDisposition.CREATE, FileAttributes.READONLY)) {
        assertStatus(
            NtStatus.CANNOT_DELETE, () -> open.setInformation(new FileChange.Disposition(true)));
      }
      try (ShareOpen open = open("", CreateDisposition.OPEN, DIRECTORY)) {
        assertStatus(
            NtStatus.CANNOT_DELETE, () -> open.setInformation(new FileChange.Disposition(true)));
      }
      assertThat(root.resolve("f")).exists();
    }

    @Test
    void shouldDeleteWhatIsPendingWhenShareIsClosed() throws ShareException {
      ShareOpen open = open("f", CreateDisposition.CREATE, FILE);
      open.setInformation(new FileChange.Disposition(true));
      share.close();

      assertThat(root.resolve("f")).doesNotExist();
    }
  }

  @Nested
  class Basics {
    private static final Instant THEN = Instant.parse("2001-02-03T04:05:06.789123400Z");

    @Test
    void shouldKeepTimesThatAreSet() throws Exception {
      put("f", "content");
      Instant creation = THEN.minusSeconds(1);
      Instant access = THEN.plusSeconds(1);
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(
            new FileChange.Basic(
                Optional.of(creation),
                Optional.of(access),
                Optional.of(THEN),
                Optional.of(THEN),
                OptionalInt.empty()));
      }
      FileInformation file = information("f");
      assertThat(file.creationTime()).isEqualTo(creation);
      assertThat(file.lastAccessTime()).isEqualTo(access);
      assertThat(file.lastWriteTime()).isEqualTo(THEN);
      assertThat(Files.getLastModifiedTime(root.resolve("f")).toInstant()).isEqualTo(THEN);
    }

    @Test
    void shouldNotMakeADirectoryTemporary() throws ShareException {
      mkdir("d");
      FileChange temporary =
          new FileChange.Basic(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalInt.of(FileAttributes.TEMPORARY));
      try (ShareOpen open = open("d", CreateDisposition.OPEN, DIRECTORY)) {
        assertStatus(NtStatus.INVALID_PARAMETER, () -> open.setInformation(temporary));
      }
    }

    @Test
    void shouldLeaveTimesThatAreNotSet() throws ShareException {
      put("f", "content");
      FileInformation before = information("f");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(
            new FileChange.Basic(
                Optional.empty(),
                Optional.empty(),
                Optional.of(THEN),
                Optional.empty(),
                OptionalInt.empty()));
      }
      FileInformation after = information("f");
      assertThat(after.lastAccessTime()).isEqualTo(before.lastAccessTime());
      assertThat(after.creationTime()).isEqualTo(before.creationTime());
      assertThat(after.lastWriteTime()).isEqualTo(THEN);
      assertThat(after.attributes()).isEqualTo(before.attributes());
    }

    @Test
    void shouldKeepAttributesThatAreSet() throws ShareException {
      int set = FileAttributes.HIDDEN | FileAttributes.SYSTEM;
      put("f", "");
      mkdir("d");
      assertThat(information("f").attributes()).isEqualTo(FileAttributes.ARCHIVE);
      for (String path : new String[] {"f", "d"}) {
        try (ShareOpen open = open(path, CreateDisposition.OPEN, 0)) {
          open.setInformation(attributes(set));
        }
      }
      assertThat(information("f").attributes()).isEqualTo(set);
      assertThat(information("d").attributes()).isEqualTo(set | FileAttributes.DIRECTORY);
      try (ShareOpen open = open("f", CreateDisposition.OPEN, 0)) {
        open.setInformation(attributes(0));
        assertStatus(
            NtStatus.INVALID_PARAMETER,
            () -> open.setInformation(attributes(FileAttributes.DIRECTORY)));
      }
      assertThat(information("f").attributes()).isZero();
    }

    @Test
    void shouldGiveAttributesWhenCreatedWithThem() throws ShareException {
      openWithAttributes("f", CreateDisposition.CREATE, FileAttributes.HIDDEN).close();

      assertThat(information("f").attributes())
          .isEqualTo(FileAttributes.HIDDEN | FileAttributes.ARCHIVE);
      assertStatus(
          NtStatus.ACCESS_DENIED,
          () -> openWithAttributes("f", CreateDisposition.OVERWRITE, FileAttributes.SYSTEM));
      openWithAttributes("f", CreateDisposition.OVERWRITE, FileAttributes.HIDDEN).close();
    }

    @Test
    void shouldWithholdWritingWhenReadOnly() throws ShareException {
      try (ShareOpen open =
          openWithAttributes("f", CreateDisposition.CREATE, FileAttributes.READONLY)) {
        write(open, 0, "content");
      }
      assertStatus(NtStatus.ACCESS_DENIED, () -> open("f", CreateDisposition.OPEN, FILE));
      assertStatus(
          NtStatus.ACCESS_DENIED,
          () ->
              open(
                  "f",
                  AccessMask.FILE_READ_ATTRIBUTES,
                  SHARE_ALL,
                  CreateDisposition.OVERWRITE,
                  FILE));
      try (ShareOpen open =
          open("f", AccessMask.MAXIMUM_ALLOWED, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
        assertThat(read(open, 0, 7)).isEqualTo("content");
        assertStatus(NtStatus.ACCESS_DENIED, () -> write(open, 0, "x"));
        open.setInformation(attributes(0));
      }
      open("f", CreateDisposition.OPEN, FILE).close();
    }

    @Test
    void shouldKeepSparseUntilItIsTakenBack() throws ShareException {
      put("f", "");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        open.setInformation(new FileChange.Sparse(true));
        open.setInformation(attributes(FileAttributes.ARCHIVE));
        assertThat(open.information().attributes())
            .isEqualTo(FileAttributes.ARCHIVE | FileAttributes.SPARSE_FILE);
        open.setInformation(new FileChange.Sparse(false));
        assertThat(open.information().attributes()).isEqualTo(FileAttributes.ARCHIVE);
      }
    }

    @Test
    void shouldTellSizesAndNumbersAsFileSystemDoes() throws Exception {
      put("f", "content");
      FileInformation file = information("f");

      assertThat(file.name()).isEqualTo("f");
      assertThat(file.endOfFile()).isEqualTo(7);
      assertThat(file.fileId()).isEqualTo(Files.getAttribute(root.resolve("f"), "unix:ino"));
      assertThat(file.links()).isEqualTo(1);
      assertThat(information("").name()).isEmpty();
    }
  }
}
