package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.wire.NtStatus;

/** A share of an empty directory, and short ways to use it. */
abstract class ShareFixture {
  static final Caller CALLER = new Caller("node-a", "user");
  static final int ALL = AccessMask.GENERIC_ALL;
  static final int READ = AccessMask.GENERIC_READ;
  static final int SHARE_NONE = 0;
  static final int SHARE_ALL = CreateParameters.SHARE_ALL;
  static final int FILE = CreateOptions.NON_DIRECTORY_FILE;
  static final int DIRECTORY = CreateOptions.DIRECTORY_FILE;

  /** The share's root is a directory in it, so that there is something outside, too. */
  @TempDir Path temporary;

  Path root;
  DirectoryShare share;

  @BeforeEach
  void openShare() throws IOException {
    root = java.nio.file.Files.createDirectory(temporary.resolve("root"));
    share = serve(DirectoryShare.Settings.of("test", 7));
  }

  /** Serves the root, too. */
  DirectoryShare serve(DirectoryShare.Settings settings) throws IOException {
    return new DirectoryShare(root, settings);
  }

  @AfterEach
  void closeShare() {
    share.close();
  }

  static CreateParameters parameters(
      String path, int access, int shareAccess, CreateDisposition disposition, int options)
      throws ShareException {
    return new CreateParameters(
        SharePath.ofWire(path), access, 0, shareAccess, disposition, options);
  }

  ShareOpen open(String path, CreateDisposition disposition, int options) throws ShareException {
    return open(path, ALL, SHARE_ALL, disposition, options);
  }

  ShareOpen open(
      String path, int access, int shareAccess, CreateDisposition disposition, int options)
      throws ShareException {
    return share.create(parameters(path, access, shareAccess, disposition, options), CALLER);
  }

  ShareOpen openWithAttributes(String path, CreateDisposition disposition, int attributes)
      throws ShareException {
    return share.create(
        new CreateParameters(SharePath.ofWire(path), ALL, attributes, SHARE_ALL, disposition, FILE),
        CALLER);
  }

  /** Makes a file of the text and closes it. */
  void put(String path, String content) throws ShareException {
    try (ShareOpen file = open(path, CreateDisposition.OVERWRITE_IF, FILE)) {
      write(file, 0, content);
    }
  }

  void mkdir(String path) throws ShareException {
    open(path, CreateDisposition.CREATE, DIRECTORY).close();
  }

  static void write(ShareOpen open, long offset, String content) throws ShareException {
    open.write(offset, segment(content), false);
  }

  static MemorySegment segment(String content) {
    return MemorySegment.ofArray(content.getBytes(StandardCharsets.UTF_8));
  }

  String content(String path) throws ShareException {
    try (ShareOpen file = open(path, READ, SHARE_ALL, CreateDisposition.OPEN, FILE)) {
      return read(file, 0, Math.toIntExact(file.information().endOfFile()));
    }
  }

  static String read(ShareOpen open, long offset, int length) throws ShareException {
    if (length == 0) {
      return "";
    }
    byte[] into = new byte[length];
    int count = open.read(offset, MemorySegment.ofArray(into));
    return new String(into, 0, count, StandardCharsets.UTF_8);
  }

  FileInformation information(String path) throws ShareException {
    try (ShareOpen open =
        open(path, AccessMask.FILE_READ_ATTRIBUTES, SHARE_ALL, CreateDisposition.OPEN, 0)) {
      return open.information();
    }
  }

  List<String> list(String directory, String pattern) throws ShareException {
    try (ShareOpen open = open(directory, READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY)) {
      return open.queryDirectory(pattern, true, Integer.MAX_VALUE).stream()
          .map(FileInformation::name)
          .toList();
    }
  }

  static void assertStatus(NtStatus expected, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(expected));
  }
}
