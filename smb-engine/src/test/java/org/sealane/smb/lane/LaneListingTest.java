package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

class LaneListingTest {
  private final LaneListing listing = new LaneListing();

  /** The other node's directory, with where its listing stands. */
  private final class Directory {
    private final List<String> names;
    private final int pageNames;
    private int at;
    private int asked;
    private int loseAnswer = -1;

    Directory(int count, int pageNames) {
      this.names = IntStream.range(0, count).mapToObj(i -> "n" + i).toList();
      this.pageNames = pageNames;
    }

    List<FileInformation> next(boolean restart) {
      if (restart) {
        at = 0;
      }
      if (asked++ == loseAnswer) {
        // This page is lost with the session; the request is sent again as it was.
        at = Math.min(names.size(), at + pageNames);
        listing.lost();
      }
      int from = at;
      at = Math.min(names.size(), at + pageNames);
      return names.subList(from, at).stream().map(LaneListingTest::entry).toList();
    }
  }

  private static FileInformation entry(String name) {
    return new FileInformation(
        name, 1, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 0, 0, 0, 1);
  }

  private List<String> all(Directory directory, int limit, Runnable between) throws ShareException {
    List<String> listed = new ArrayList<>();
    List<FileInformation> page = listing.next(true, limit, directory::next);
    while (!page.isEmpty()) {
      page.forEach(found -> listed.add(found.name()));
      between.run();
      page = listing.next(false, limit, directory::next);
    }
    return listed;
  }

  @Test
  void shouldListEachNameOnceWhereverAnAnswerIsLost() throws ShareException {
    for (int lost = 0; lost < 6; lost++) {
      Directory directory = new Directory(10, 3);
      directory.loseAnswer = lost;
      assertThat(all(directory, 2, () -> {}))
          .as("answer " + lost + " lost")
          .containsExactlyInAnyOrderElementsOf(directory.names);
    }
  }

  @Test
  void shouldListEachNameOnceWhenTheDirectoryIsOpenedAgainBetweenPages() throws ShareException {
    Directory directory = new Directory(10, 3);
    assertThat(
            all(
                directory,
                2,
                () -> {
                  directory.at = 0;
                  listing.lost();
                }))
        .containsExactlyInAnyOrderElementsOf(directory.names);
  }

  @Test
  void shouldStartAnewWhenAskedTo() throws ShareException {
    Directory directory = new Directory(4, 2);
    listing.next(true, 2, directory::next);
    listing.lost();

    assertThat(all(directory, 4, () -> {})).isEqualTo(directory.names);
  }

  @Test
  void shouldFailWhenMoreNamesWereListedThanAreRemembered() throws ShareException {
    Directory directory = new Directory(LaneListing.NAMES_MAX + 2, LaneListing.NAMES_MAX + 1);
    listing.next(true, LaneListing.NAMES_MAX + 1, directory::next);
    listing.lost();

    assertThatThrownBy(() -> listing.next(false, 1, directory::next))
        .isInstanceOfSatisfying(
            ShareException.class,
            e -> assertThat(e.status()).isEqualTo(NtStatus.FILE_NOT_AVAILABLE));
  }
}
