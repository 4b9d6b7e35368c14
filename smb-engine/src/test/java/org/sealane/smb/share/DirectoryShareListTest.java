package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.NtStatus;

class DirectoryShareListTest extends ShareFixture {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @Test
  void shouldListMatchesOnlyWhenPatternIsGiven() throws ShareException {
    put("a.txt", "");
    put("b.txt", "");
    put("c.bin", "");

    assertThat(list("", "*.txt")).containsExactlyInAnyOrder("a.txt", "b.txt");
    assertThat(list("", "?.bin")).containsExactly("c.bin");
    assertThat(list("", "a.txt")).containsExactly("a.txt");
    assertThat(list("", "none")).isEmpty();
    assertThat(list("", "*.none")).isEmpty();
    assertThat(list("", "")).containsExactlyInAnyOrder(".", "..", "a.txt", "b.txt", "c.bin");
  }

  @Test
  void shouldTellTheSameAsAnOpenDoes() throws ShareException {
    put("f", "content");
    mkdir("d");
    mkdir("d\\e");
    try (ShareOpen open = open("f", CreateDisposition.OPEN, FILE)) {
      open.setInformation(new FileChange.Sparse(true));
    }
    try (ShareOpen open = open("", READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY)) {
      assertThat(open.queryDirectory("f", true, 1)).containsExactly(information("f"));
      assertThat(open.queryDirectory("d", true, 1)).containsExactly(information("d"));
    }
    try (ShareOpen open = open("d\\e", READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY)) {
      List<FileInformation> dots = open.queryDirectory("*", true, 10);
      assertThat(dots).extracting(FileInformation::name).containsExactly(".", "..");
      assertThat(dots.get(0).fileId()).isEqualTo(information("d\\e").fileId());
      assertThat(dots.get(1).fileId()).isEqualTo(information("d").fileId());
    }
  }

  @Test
  void shouldGiveEachNameOnceWhenTakenInSmallParts() throws Exception {
    int files = 1_500;
    for (int i = 0; i < files; i++) {
      Files.createFile(root.resolve("file-" + i));
    }
    try (ShareOpen open = open("", READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY)) {
      Set<String> seen = new HashSet<>();
      int taken = 0;
      while (true) {
        List<FileInformation> part = open.queryDirectory("file-*", false, 333);
        if (part.isEmpty()) {
          break;
        }
        assertThat(part.size()).isLessThanOrEqualTo(333);
        taken += part.size();
        part.forEach(file -> seen.add(file.name()));
      }
      assertThat(taken).isEqualTo(files);
      assertThat(seen).hasSize(files);
      assertThat(open.queryDirectory("file-*", false, 1)).isEmpty();
      assertThat(open.queryDirectory("file-*", true, 1)).hasSize(1);
    }
  }

  @Test
  void shouldKeepPatternUntilRestarted() throws ShareException {
    put("a1", "");
    put("a2", "");
    put("b1", "");
    try (ShareOpen open = open("", READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY)) {
      assertThat(open.queryDirectory("a*", false, 1)).hasSize(1);
      assertThat(open.queryDirectory("b*", false, 10))
          .extracting(FileInformation::name)
          .singleElement()
          .asString()
          .startsWith("a");
      assertThat(open.queryDirectory("b*", true, 10))
          .extracting(FileInformation::name)
          .containsExactly("b1");
    }
  }

  @Test
  void shouldEmptyDirectoryWhenEntriesAreDeletedWhileListed() throws Exception {
    int files = 500;
    for (int i = 0; i < files; i++) {
      Files.createFile(root.resolve("file-" + i));
    }
    try (ShareOpen open = open("", READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY)) {
      while (true) {
        List<FileInformation> part = open.queryDirectory("file-*", false, 100);
        if (part.isEmpty()) {
          break;
        }
        for (FileInformation file : part) {
          Files.delete(root.resolve(file.name()));
        }
      }
    }
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void shouldRefuseWhenOpenIsNoDirectoryOrMayNotList() throws ShareException {
    put("f", "");
    try (ShareOpen file = open("f", CreateDisposition.OPEN, FILE);
        ShareOpen directory =
            open(
                "",
                AccessMask.FILE_READ_ATTRIBUTES,
                SHARE_ALL,
                CreateDisposition.OPEN,
                DIRECTORY)) {
      assertStatus(NtStatus.INVALID_PARAMETER, () -> file.queryDirectory("*", true, 1));
      assertStatus(NtStatus.ACCESS_DENIED, () -> directory.queryDirectory("*", true, 1));
    }
    try (ShareOpen directory = open("", CreateDisposition.OPEN, DIRECTORY)) {
      assertStatus(NtStatus.OBJECT_NAME_INVALID, () -> directory.queryDirectory("a\\*", true, 1));
    }
  }

  @Test
  void shouldListNamesOfAnyScript() throws ShareException {
    put("日本語", "");
    put("Ärger \uD83D\uDE80", "");

    assertThat(list("", "*")).contains("日本語", "Ärger \uD83D\uDE80");
    assertThat(information("日本語").endOfFile()).isZero();
  }

  @Test
  void shouldHoldNoDescriptorWhenAllIsClosed() throws Exception {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "no /proc");
    exercise();
    Set<String> before = descriptors();
    for (int i = 0; i < 5; i++) {
      exercise();
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  /** Uses everything that opens a descriptor, successes and failures. */
  private void exercise() throws Exception {
    try (DirectoryShare other = serve(DirectoryShare.Settings.of("other", 1))) {
      List<ShareOpen> opens = new ArrayList<>();
      ShareOpen directory =
          other.create(
              parameters("d", ALL, SHARE_ALL, CreateDisposition.OPEN_IF, DIRECTORY), CALLER);
      opens.add(directory);
      ShareOpen file =
          other.create(parameters("d\\f", ALL, SHARE_ALL, CreateDisposition.OPEN_IF, FILE), CALLER);
      write(file, 1 << 20, "content");
      file.flush();
      file.zero(0, 1 << 20);
      file.allocatedRanges(0, 1 << 21);
      file.setInformation(new FileChange.Allocation(1 << 21));
      directory.queryDirectory("*", true, 1);
      directory.queryDirectory("*", true, 1);
      file.setInformation(new FileChange.Rename(SharePath.ofWire("d\\g"), true));
      assertStatus(
          NtStatus.FILE_IS_A_DIRECTORY,
          () ->
              other.create(parameters("d", ALL, SHARE_ALL, CreateDisposition.OPEN, FILE), CALLER));
      assertStatus(
          NtStatus.OBJECT_PATH_NOT_FOUND,
          () ->
              other.create(
                  parameters("d\\x\\y\\z", ALL, SHARE_ALL, CreateDisposition.OPEN, FILE), CALLER));
      assertStatus(
          NtStatus.SHARING_VIOLATION,
          () ->
              other.create(
                  parameters("d\\g", ALL, SHARE_NONE, CreateDisposition.OPEN, FILE), CALLER));
      file.setInformation(new FileChange.Disposition(true));
      opens.add(file);
      opens.getLast().close();
    }
  }

  /** What every descriptor of this process leads to, below the test's own directory. */
  private Set<String> descriptors() throws IOException {
    Set<String> found = new HashSet<>();
    try (Stream<Path> paths = Files.list(DESCRIPTORS)) {
      for (Path path : paths.toList()) {
        try {
          String target = Files.readSymbolicLink(path).toString();
          if (target.startsWith(temporary.toString())) {
            found.add(path.getFileName() + " " + target);
          }
        } catch (java.nio.file.NoSuchFileException _) {
          // The descriptor of this listing itself.
          continue;
        }
      }
    }
    return found;
  }
}
