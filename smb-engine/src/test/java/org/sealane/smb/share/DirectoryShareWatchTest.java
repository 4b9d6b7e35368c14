package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.NtStatus;

/** What those who watch directories are told, [MS-FSA] 2.1.5.11. */
class DirectoryShareWatchTest extends ShareFixture {
  private static final WatchRequest NAMES =
      new WatchRequest(WatchRequest.FILE_NAME | WatchRequest.DIR_NAME, false);
  private static final WatchRequest EVERYTHING = new WatchRequest(0xFFF, true);

  private ShareOpen watched(String directory, WatchRequest request) throws ShareException {
    ShareOpen open = open(directory, READ, SHARE_ALL, CreateDisposition.OPEN, DIRECTORY);
    assertThat(open.changes(request)).isEqualTo(Changes.NONE);
    return open;
  }

  private static List<String> told(ShareOpen open) throws ShareException {
    Changes changes = open.changes(EVERYTHING);
    assertThat(changes.incomplete()).isFalse();
    return changes.events().stream()
        .map(event -> event.action() + " " + event.path().wire())
        .toList();
  }

  private void rename(String from, String to, boolean replace) throws ShareException {
    try (ShareOpen file = open(from, CreateDisposition.OPEN, 0)) {
      file.setInformation(new FileChange.Rename(SharePath.ofWire(to), replace));
    }
  }

  private void delete(String path) throws ShareException {
    try (ShareOpen file = open(path, CreateDisposition.OPEN, 0)) {
      file.setInformation(new FileChange.Disposition(true));
    }
  }

  @Test
  void shouldTellOfNames() throws ShareException {
    try (ShareOpen watch = watched("", NAMES)) {
      put("f", "x");
      mkdir("d");
      rename("f", "g", false);
      delete("g");
      delete("d");

      assertThat(told(watch))
          .containsExactly(
              "ADDED f",
              "ADDED d",
              "RENAMED_OLD_NAME f",
              "RENAMED_NEW_NAME g",
              "REMOVED g",
              "REMOVED d");
      assertThat(told(watch)).isEmpty();
    }
  }

  @Test
  void shouldTellFilesFromDirectories() throws ShareException {
    try (ShareOpen files = watched("", new WatchRequest(WatchRequest.FILE_NAME, false));
        ShareOpen directories = watched("", new WatchRequest(WatchRequest.DIR_NAME, false))) {
      put("f", "x");
      mkdir("d");

      assertThat(told(files)).containsExactly("ADDED f");
      assertThat(told(directories)).containsExactly("ADDED d");
    }
  }

  @Test
  void shouldTellOfWhatIsBelowOnlyIfThatIsWanted() throws ShareException {
    mkdir("d");
    try (ShareOpen own = watched("", NAMES);
        ShareOpen below = watched("", new WatchRequest(NAMES.filter(), true));
        ShareOpen inner = watched("d", NAMES)) {
      put("d\\f", "x");
      rename("d\\f", "f", false);

      assertThat(told(own)).containsExactly("ADDED f");
      assertThat(told(below)).containsExactly("ADDED d\\f", "REMOVED d\\f", "ADDED f");
      assertThat(told(inner)).containsExactly("ADDED f", "REMOVED f");
    }
  }

  @Test
  void shouldTellOnceOfAContentThatChangesOften() throws ShareException {
    put("f", "x");
    try (ShareOpen watch = watched("", new WatchRequest(WatchRequest.LAST_WRITE, false));
        ShareOpen file = open("f", CreateDisposition.OPEN, FILE)) {
      write(file, 0, "a");
      write(file, 1, "b");
      file.setInformation(new FileChange.EndOfFile(10));
      assertThat(told(watch)).containsExactly("MODIFIED f");

      write(file, 2, "c");
      assertThat(told(watch)).containsExactly("MODIFIED f");
    }
  }

  @Test
  void shouldTellOfAttributesAndTimes() throws ShareException {
    put("f", "x");
    try (ShareOpen attributes = watched("", new WatchRequest(WatchRequest.ATTRIBUTES, false));
        ShareOpen times = watched("", new WatchRequest(WatchRequest.CREATION, false));
        ShareOpen file = open("f", CreateDisposition.OPEN, FILE)) {
      file.setInformation(
          new FileChange.Basic(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalInt.of(FileAttributes.HIDDEN)));
      assertThat(told(attributes)).containsExactly("MODIFIED f");
      assertThat(told(times)).isEmpty();

      file.setInformation(
          new FileChange.Basic(
              Optional.of(Instant.EPOCH),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalInt.empty()));
      assertThat(told(times)).containsExactly("MODIFIED f");
    }
  }

  @Test
  void shouldFollowADirectoryThatIsRenamed() throws ShareException {
    mkdir("d");
    ShareOpen directory = open("d", CreateDisposition.OPEN, DIRECTORY);
    assertThat(directory.changes(NAMES)).isEqualTo(Changes.NONE);
    directory.setInformation(new FileChange.Rename(SharePath.ofWire("e"), false));

    put("e\\f", "x");

    assertThat(told(directory)).containsExactly("ADDED f");
    directory.close();
  }

  @Test
  void shouldSayThatItHasMissedSomething() throws ShareException {
    try (ShareOpen watch = watched("", NAMES)) {
      for (int i = 0; i <= Watches.EVENTS_MAX; i++) {
        put("f" + i, "");
      }

      assertThat(watch.changes(NAMES)).isEqualTo(Changes.UNKNOWN);
      put("again", "");
      assertThat(told(watch)).containsExactly("ADDED again");
    }
  }

  @Test
  void shouldEndWhenTheDirectoryIsToBeDeleted() throws ShareException {
    mkdir("d");
    try (ShareOpen watch = watched("d", NAMES)) {
      delete("d");

      assertStatus(NtStatus.DELETE_PENDING, () -> watch.changes(NAMES));
    }
    assertThat(root.resolve("d")).doesNotExist();
  }

  @Test
  void shouldRefuseAFileAndAnOpenThatMayNotList() throws ShareException {
    put("f", "x");
    try (ShareOpen file = open("f", CreateDisposition.OPEN, FILE);
        ShareOpen attributes =
            open("", AccessMask.FILE_READ_ATTRIBUTES, SHARE_ALL, CreateDisposition.OPEN, 0)) {
      assertStatus(NtStatus.INVALID_PARAMETER, () -> file.changes(NAMES));
      assertStatus(NtStatus.ACCESS_DENIED, () -> attributes.changes(NAMES));
    }
  }
}
