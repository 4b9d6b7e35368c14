package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.wire.NtStatus;

class DirectoryShareCreateTest extends ShareFixture {

  @Nested
  class Dispositions {
    @Test
    void shouldCreateWhenNothingIsThere() throws ShareException {
      for (CreateDisposition disposition :
          new CreateDisposition[] {
            CreateDisposition.SUPERSEDE,
            CreateDisposition.CREATE,
            CreateDisposition.OPEN_IF,
            CreateDisposition.OVERWRITE_IF
          }) {
        try (ShareOpen open = open("new-" + disposition, disposition, FILE)) {
          assertThat(open.action()).isEqualTo(CreateAction.CREATED);
          assertThat(root.resolve("new-" + disposition)).isEmptyFile();
        }
      }
    }

    @Test
    void shouldFailWhenNothingIsThereToOpen() {
      assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> open("no", CreateDisposition.OPEN, FILE));
      assertStatus(
          NtStatus.OBJECT_NAME_NOT_FOUND, () -> open("no", CreateDisposition.OVERWRITE, FILE));
      assertThat(root.resolve("no")).doesNotExist();
    }

    @Test
    void shouldKeepContentWhenOpened() throws ShareException {
      put("f", "content");
      for (CreateDisposition disposition :
          new CreateDisposition[] {CreateDisposition.OPEN, CreateDisposition.OPEN_IF}) {
        try (ShareOpen open = open("f", disposition, FILE)) {
          assertThat(open.action()).isEqualTo(CreateAction.OPENED);
        }
      }
      assertThat(content("f")).isEqualTo("content");
    }

    @Test
    void shouldTruncateWhenOverwrittenOrSuperseded() throws ShareException {
      assertTruncates(CreateDisposition.OVERWRITE, CreateAction.OVERWRITTEN);
      assertTruncates(CreateDisposition.OVERWRITE_IF, CreateAction.OVERWRITTEN);
      assertTruncates(CreateDisposition.SUPERSEDE, CreateAction.SUPERSEDED);
    }

    private void assertTruncates(CreateDisposition disposition, CreateAction action)
        throws ShareException {
      put("f", "content");
      try (ShareOpen open = open("f", disposition, FILE)) {
        assertThat(open.action()).isEqualTo(action);
        assertThat(open.information().endOfFile()).isZero();
      }
    }

    private ShareOpen createNamed(String path, long name, int attributes, int options)
        throws ShareException {
      return share.create(
          new CreateParameters(
                  SharePath.ofWire(path),
                  ALL,
                  attributes,
                  SHARE_ALL,
                  CreateDisposition.CREATE,
                  options)
              .named(name),
          CALLER);
    }

    @Test
    void shouldKnowItsOwnFileWhenACreateComesAgain() throws ShareException {
      for (int options : new int[] {FILE, DIRECTORY}) {
        String path = options == FILE ? "f" : "d";
        createNamed(path, 7, 0, options).close();
        try (ShareOpen again = createNamed(path, 7, 0, options)) {
          assertThat(again.action()).isEqualTo(CreateAction.CREATED);
          again.setInformation(
              new FileChange.Basic(
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  OptionalInt.of(FileAttributes.HIDDEN)));
        }
        createNamed(path, 7, 0, options).close();

        assertStatus(NtStatus.OBJECT_NAME_COLLISION, () -> createNamed(path, 8, 0, options));
        assertStatus(
            NtStatus.OBJECT_NAME_COLLISION, () -> open(path, CreateDisposition.CREATE, options));
      }
    }

    @Test
    void shouldWriteItsOwnReadOnlyFileWhenACreateComesAgain() throws ShareException {
      createNamed("f", 7, FileAttributes.READONLY, FILE).close();
      try (ShareOpen again = createNamed("f", 7, FileAttributes.READONLY, FILE)) {
        write(again, 0, "x");
      }
      assertThat(content("f")).isEqualTo("x");
    }

    @Test
    void shouldTakeNoFileForItsOwnThatItFound() throws ShareException {
      put("f", "content");
      share
          .create(parameters("f", ALL, SHARE_ALL, CreateDisposition.OPEN_IF, FILE).named(7), CALLER)
          .close();

      assertStatus(NtStatus.OBJECT_NAME_COLLISION, () -> createNamed("f", 7, 0, FILE));
    }

    @Test
    void shouldCollideWhenItExists() throws ShareException {
      put("f", "content");
      mkdir("d");

      assertStatus(NtStatus.OBJECT_NAME_COLLISION, () -> open("f", CreateDisposition.CREATE, FILE));
      assertStatus(
          NtStatus.OBJECT_NAME_COLLISION, () -> open("d", CreateDisposition.CREATE, DIRECTORY));
      assertStatus(NtStatus.OBJECT_NAME_COLLISION, () -> open("", CreateDisposition.CREATE, 0));
    }
  }

  @Nested
  class Kinds {
    @Test
    void shouldRefuseWhenKindIsAnother() throws ShareException {
      put("f", "");
      mkdir("d");

      assertStatus(NtStatus.NOT_A_DIRECTORY, () -> open("f", CreateDisposition.OPEN, DIRECTORY));
      assertStatus(NtStatus.FILE_IS_A_DIRECTORY, () -> open("d", CreateDisposition.OPEN, FILE));
      assertStatus(
          NtStatus.FILE_IS_A_DIRECTORY, () -> open("d", CreateDisposition.OVERWRITE_IF, 0));
    }

    @Test
    void shouldOpenEitherWhenKindIsNotAsked() throws ShareException {
      put("f", "");
      mkdir("d");

      assertThat(information("f").isDirectory()).isFalse();
      assertThat(information("d").isDirectory()).isTrue();
      assertThat(information("").isDirectory()).isTrue();
    }

    @Test
    void shouldRefuseWhenOptionsContradict() {
      assertStatus(
          NtStatus.INVALID_PARAMETER, () -> open("x", CreateDisposition.CREATE, FILE | DIRECTORY));
      for (CreateDisposition disposition :
          new CreateDisposition[] {
            CreateDisposition.SUPERSEDE, CreateDisposition.OVERWRITE, CreateDisposition.OVERWRITE_IF
          }) {
        assertStatus(NtStatus.INVALID_PARAMETER, () -> open("x", disposition, DIRECTORY));
      }
      assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldTellPathWhenItIsNotThere() throws ShareException {
      put("f", "");

      assertStatus(
          NtStatus.OBJECT_PATH_NOT_FOUND, () -> open("no\\f", CreateDisposition.CREATE, FILE));
      assertStatus(
          NtStatus.OBJECT_PATH_NOT_FOUND, () -> open("f\\g", CreateDisposition.CREATE, FILE));
    }

    @Test
    void shouldRefuseNameWhenFileSystemFindsItTooLong() {
      String long255Chars = "ä".repeat(200);

      assertStatus(
          NtStatus.OBJECT_NAME_INVALID, () -> open(long255Chars, CreateDisposition.CREATE, FILE));
    }
  }

  @Nested
  class Confinement {
    @Test
    void shouldNotLeaveRootWhenDirectoryIsLink() throws IOException {
      Path outside = Files.createDirectory(temporary.resolve("outside"));
      Files.writeString(outside.resolve("secret"), "secret");
      Files.createSymbolicLink(root.resolve("link"), outside);

      assertStatus(
          NtStatus.OBJECT_PATH_NOT_FOUND, () -> open("link\\secret", CreateDisposition.OPEN, FILE));
      assertStatus(
          NtStatus.OBJECT_PATH_NOT_FOUND, () -> open("link\\new", CreateDisposition.CREATE, FILE));
      assertThat(outside.resolve("new")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotTouchTargetWhenFileIsLink(CreateDisposition disposition) throws IOException {
      Path secret = Files.writeString(temporary.resolve("secret"), "secret");
      Files.createSymbolicLink(root.resolve("link"), secret);
      NtStatus expected =
          disposition == CreateDisposition.CREATE
              ? NtStatus.OBJECT_NAME_COLLISION
              : NtStatus.ACCESS_DENIED;

      assertStatus(expected, () -> open("link", disposition, FILE));
      assertThat(secret).hasContent("secret");
    }

    @Test
    void shouldNotCreateTargetWhenLinkDangles() throws IOException {
      Path target = temporary.resolve("target");
      Files.createSymbolicLink(root.resolve("link"), target);

      assertStatus(
          NtStatus.ACCESS_DENIED, () -> open("link", CreateDisposition.OVERWRITE_IF, FILE));
      assertThat(target).doesNotExist();
    }

    @Test
    void shouldNotRenameThroughLink() throws Exception {
      Path outside = Files.createDirectory(temporary.resolve("outside"));
      Files.createSymbolicLink(root.resolve("link"), outside);
      put("f", "content");

      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        FileChange out = new FileChange.Rename(SharePath.ofWire("link\\f"), true);
        assertStatus(NtStatus.OBJECT_PATH_NOT_FOUND, () -> open.setInformation(out));
        FileChange over = new FileChange.Rename(SharePath.ofWire("link"), true);
        assertStatus(NtStatus.ACCESS_DENIED, () -> open.setInformation(over));
      }
      assertThat(outside).isEmptyDirectory();
      assertThat(Files.isSymbolicLink(root.resolve("link"))).isTrue();
    }

    @Test
    void shouldNotListWhatCanNotBeOpened() throws Exception {
      Files.createSymbolicLink(root.resolve("link"), temporary);
      Files.writeString(root.resolve("with:colon"), "");
      put("f", "");

      assertThat(list("", "*")).containsExactly(".", "..", "f");
    }

    @Test
    void shouldKeepFileWhenItsNameWasGivenToAnother() throws Exception {
      put("f", "mine");
      try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
        Files.move(root.resolve("f"), root.resolve("g"));
        Files.writeString(root.resolve("f"), "not mine");

        assertThat(read(open, 0, 100)).isEqualTo("mine");
        open.setInformation(new FileChange.Disposition(true));
      }
      assertThat(root.resolve("f")).hasContent("not mine");
      assertThat(root.resolve("g")).hasContent("mine");
    }
  }

  @Nested
  class Sharing {
    @Test
    void shouldRefuseWhenOtherOpenDoesNotShare() throws ShareException {
      put("f", "content");
      try (ShareOpen first =
          open("f", READ, CreateParameters.SHARE_ALL & ~2, CreateDisposition.OPEN, FILE)) {
        assertStatus(
            NtStatus.SHARING_VIOLATION,
            () -> open("f", AccessMask.GENERIC_WRITE, SHARE_ALL, CreateDisposition.OPEN, FILE));
        open("f", READ, SHARE_ALL, CreateDisposition.OPEN, FILE).close();
        assertThat(read(first, 0, 7)).isEqualTo("content");
      }
      open("f", AccessMask.GENERIC_WRITE, SHARE_ALL, CreateDisposition.OPEN, FILE).close();
    }

    @Test
    void shouldRefuseWhenNewOpenDoesNotShareWhatOtherDoes() throws ShareException {
      put("f", "content");
      try (ShareOpen _ = open("f", READ, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
        assertStatus(
            NtStatus.SHARING_VIOLATION,
            () -> open("f", READ, SHARE_NONE, CreateDisposition.OPEN, FILE));
      }
    }

    @Test
    void shouldNotTruncateWhenOtherOpenDoesNotShareWriting() throws ShareException {
      put("f", "content");
      try (ShareOpen _ = open("f", READ, 1, CreateDisposition.OPEN, FILE)) {
        assertStatus(
            NtStatus.SHARING_VIOLATION,
            () ->
                open(
                    "f",
                    AccessMask.FILE_READ_ATTRIBUTES,
                    SHARE_ALL,
                    CreateDisposition.OVERWRITE,
                    FILE));
      }
      assertThat(content("f")).isEqualTo("content");
    }

    @Test
    void shouldLetAttributesBeReadWhenNothingIsShared() throws ShareException {
      put("f", "content");
      try (ShareOpen _ = open("f", ALL, SHARE_NONE, CreateDisposition.OPEN, FILE)) {
        assertThat(information("f").endOfFile()).isEqualTo(7);
      }
    }

    @Test
    void shouldSeeSameFileWhenItHasTwoNames() throws Exception {
      put("f", "content");
      Files.createLink(root.resolve("g"), root.resolve("f"));
      try (ShareOpen open = open("f", ALL, SHARE_NONE, CreateDisposition.OPEN, FILE)) {
        assertThat(open.information().links()).isEqualTo(2);
        assertStatus(
            NtStatus.SHARING_VIOLATION,
            () -> open("g", READ, SHARE_ALL, CreateDisposition.OPEN, FILE));
      }
    }
  }

  @Nested
  class Limits {
    @Test
    void shouldRefuseWhenOpensPassLimit() throws Exception {
      try (DirectoryShare small = serve(new DirectoryShare.Settings("small", 1, 2))) {
        CreateParameters parameters = parameters("f", ALL, SHARE_ALL, CreateDisposition.OPEN_IF, 0);
        ShareOpen first = small.create(parameters, CALLER);
        ShareOpen second = small.create(parameters, CALLER);

        assertStatus(NtStatus.INSUFFICIENT_RESOURCES, () -> small.create(parameters, CALLER));
        first.close();
        first.close();
        small.create(parameters, CALLER).close();
        second.close();
      }
    }

    @Test
    void shouldEndEveryOpenWhenShareIsClosed() throws Exception {
      ShareOpen file = open("f", CreateDisposition.CREATE, FILE);
      ShareOpen folder = open("", CreateDisposition.OPEN, DIRECTORY);
      folder.queryDirectory("*", true, 1);

      share.close();
      share.close();

      assertStatus(NtStatus.FILE_CLOSED, file::information);
      assertStatus(NtStatus.FILE_CLOSED, () -> write(file, 0, "x"));
      assertStatus(NtStatus.FILE_CLOSED, () -> folder.queryDirectory("*", false, 1));
      assertStatus(NtStatus.NETWORK_NAME_DELETED, () -> open("f", CreateDisposition.OPEN, FILE));
    }
  }
}
