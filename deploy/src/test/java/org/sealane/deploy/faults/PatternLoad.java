package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.BlockRoutes;
import org.sealane.deploy.admin.FileRoutes;

/**
 * Users of a volume's files and of a disk, each with a file or a range of its own: it writes, reads
 * back and compares, again and again. What they write is the canary over and over, numbered, so
 * that a block of an earlier round is told from the latest, and a clear byte is seen wherever it
 * passes.
 */
final class PatternLoad {
  /** Bytes of one write or read. */
  static final int BLOCK_BYTES = 32 << 10;

  private static final int CELL_BYTES = 48;

  private final byte[] canary;
  private final List<User> users = new ArrayList<>();
  private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  /** One write or read that succeeded, on the clock of {@link System#nanoTime}. */
  record Operation(String user, long beganNanos, long endedNanos) {
    long nanos() {
      return endedNanos - beganNanos;
    }

    /** Whether it was under way at some moment between the two. */
    boolean overlaps(long fromNanos, long toNanos) {
      return beganNanos - toNanos <= 0 && endedNanos - fromNanos >= 0;
    }
  }

  /** Writes and reads one user's block through a node. */
  private interface Place {
    void write(byte[] content) throws AdminException;

    InputStream read() throws AdminException;
  }

  PatternLoad(byte[] canary) {
    this.canary = canary.clone();
  }

  /** Starts a user of a file of its own. */
  void file(AdminClient through, String volume, String name) {
    Map<String, String> file = Map.of("volume", volume, "path", "/" + name);
    start(
        name,
        new Place() {
          @Override
          public void write(byte[] content) throws AdminException {
            through.put(FileRoutes.FILE, file, BodyPublishers.ofByteArray(content));
          }

          @Override
          public InputStream read() throws AdminException {
            return through.stream(FileRoutes.FILE, file);
          }
        });
  }

  /** Starts a user of the {@code slot}th block of a disk. */
  void disk(AdminClient through, String disk, int slot) {
    String offset = Long.toString((long) slot * BLOCK_BYTES);
    start(
        disk + "." + slot,
        new Place() {
          @Override
          public void write(byte[] content) throws AdminException {
            through.put(
                BlockRoutes.BLOCKS,
                Map.of("disk", disk, "offset", offset),
                BodyPublishers.ofByteArray(content));
          }

          @Override
          public InputStream read() throws AdminException {
            return through.stream(
                BlockRoutes.BLOCKS,
                Map.of("disk", disk, "offset", offset, "length", Integer.toString(BLOCK_BYTES)));
          }
        });
  }

  private void start(String name, Place place) {
    User user = new User(name, users.size(), place);
    users.add(user);
    user.thread = Thread.ofVirtual().name(name).start(user);
  }

  /** What user {@code number} writes in {@code round}. */
  byte[] content(int number, int round) {
    ByteBuffer content = ByteBuffer.allocate(BLOCK_BYTES);
    for (int cell = 0; content.remaining() >= CELL_BYTES; cell++) {
      content.put(canary).putInt(number).putInt(round).putInt(cell).putInt(~cell);
    }
    while (content.hasRemaining()) {
      content.put((byte) round);
    }
    return content.array();
  }

  /** Takes the operations that ended since the last call. */
  List<Operation> take() {
    List<Operation> taken = new ArrayList<>();
    Operation next = operations.poll();
    while (next != null) {
      taken.add(next);
      next = operations.poll();
    }
    return taken;
  }

  /** Rounds of the user that has done fewest: each is a write and a read that was compared. */
  int rounds() {
    return users.stream().mapToInt(user -> user.round).min().orElse(0);
  }

  /** What went wrong: a request that failed, or content that was not what it should be. */
  Queue<Throwable> failures() {
    return failures;
  }

  /** Ends every user after its round, and fails if anything went wrong. */
  void finish() throws InterruptedException {
    stopped = true;
    for (User user : users) {
      user.thread.join();
    }
    assertThat(failures).isEmpty();
  }

  private final class User implements Runnable {
    private final String name;
    private final int number;
    private final Place place;
    private volatile int round;
    private Thread thread;

    User(String name, int number, Place place) {
      this.name = name;
      this.number = number;
      this.place = place;
    }

    @Override
    public void run() {
      try {
        while (!stopped) {
          byte[] content = content(number, round);
          timed(() -> {
            place.write(content);
            return content;
          });
          byte[] read =
              timed(() -> {
                try (InputStream in = place.read()) {
                  return in.readAllBytes();
                }
              });
          assertThat(read).as("%s in round %d", name, round).isEqualTo(content);
          round++;
        }
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    }

    private byte[] timed(java.util.concurrent.Callable<byte[]> work) throws Exception {
      long began = System.nanoTime();
      byte[] result = work.call();
      operations.add(new Operation(name, began, System.nanoTime()));
      return result;
    }
  }
}
