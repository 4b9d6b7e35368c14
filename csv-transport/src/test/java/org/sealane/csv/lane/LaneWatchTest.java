package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.share.WatchRequest;

/** A directory of another node that is watched, while the lane moves and its owner restarts. */
@Timeout(120)
class LaneWatchTest {
  private static final int RESTART = 7;
  private static final WatchRequest NAMES = new WatchRequest(WatchRequest.FILE_NAME, true);

  @TempDir Path root;
  private MovableLane lane;

  @BeforeEach
  void start() throws Exception {
    lane = new MovableLane(root);
  }

  @AfterEach
  void stop() throws Exception {
    lane.close();
  }

  private static ShareOpen open(ShareBackend share, String path, int options)
      throws ShareException {
    return share.create(
        new CreateParameters(
            SharePath.ofWire(path),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN_IF,
            options),
        new ShareBackend.Caller("node2", "anna"));
  }

  private static List<String> told(ShareOpen directory) throws ShareException {
    return directory.changes(NAMES).events().stream()
        .map(event -> event.action() + " " + event.path().wire())
        .toList();
  }

  @Test
  void shouldTellOfWhatClientsOfBothNodesDo() throws Exception {
    try (ShareOpen watched = open(lane.share, "d", CreateOptions.DIRECTORY_FILE)) {
      assertThat(watched.changes(NAMES)).isEqualTo(Changes.NONE);
      open(lane.directory, "d\\here", 0).close();
      open(lane.share, "d\\there", 0).close();

      assertThat(told(watched)).containsExactly("ADDED here", "ADDED there");
      assertThat(watched.changes(NAMES)).isEqualTo(Changes.NONE);
    }
  }

  @Test
  void shouldMissNothingWithoutSayingSoWhenTheLaneMoves() throws Exception {
    try (ShareOpen watched = open(lane.share, "d", CreateOptions.DIRECTORY_FILE)) {
      assertThat(watched.changes(NAMES)).isEqualTo(Changes.NONE);
      for (int way = 0; way < MovableLane.WAYS; way++) {
        lane.provoke(way);
        lane.settle();
        open(lane.directory, "d\\f" + way, 0).close();

        Changes changes = watched.changes(NAMES);
        assertThat(changes.incomplete() || changes.events().size() == 1)
            .as("way %d: %s", way, changes)
            .isTrue();
        if (way == RESTART) {
          assertThat(changes).isEqualTo(Changes.UNKNOWN);
        }
      }
      open(lane.directory, "d\\last", 0).close();
      assertThat(told(watched)).containsExactly("ADDED last");
    }
  }

  @Test
  void shouldCarryMoreThanOneAnswerHolds() throws Exception {
    try (ShareOpen watched = open(lane.share, "d", CreateOptions.DIRECTORY_FILE)) {
      assertThat(watched.changes(NAMES)).isEqualTo(Changes.NONE);
      for (int i = 0; i < 500; i++) {
        open(lane.directory, "d\\" + "n".repeat(200) + i, 0).close();
      }

      assertThat(watched.changes(NAMES)).isEqualTo(Changes.UNKNOWN);
    }
  }
}
