package org.sealane.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.BlockRoutes;
import org.sealane.deploy.admin.FileRoutes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users of a volume's files and of a disk, each with a file or a range of its own: it writes, reads
 * back and compares, again and again. What they write is the canary over and over, numbered, so
 * that a block of an earlier round is told from the latest, and a clear byte is seen wherever it
 * passes.
 */
final class PatternLoad {
  /** Bytes of one write or read. */
  static final int BLOCK_BYTES = 32 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(PatternLoad.class);
  private static final int CELL_BYTES = 48;
  private static final long REPEAT_MILLIS = 50;
  private static final Duration POLL = Duration.ofMillis(2);

  private final byte[] canary;
  private final List<User> users = new ArrayList<>();
  private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong repeated = new AtomicLong();
  private final boolean tolerant;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** A client of the node that a user works through, as long as there is one. */
  interface Through {
    AdminClient client() throws AdminException;
  }

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

  /**
   * @param tolerant whether a request may fail: its user then repeats it until it succeeds, and
   *     what had been acknowledged before must still be there
   */
  PatternLoad(byte[] canary, boolean tolerant) {
    this.canary = canary.clone();
    this.tolerant = tolerant;
  }

  /** Starts a user of a file of its own. */
  void file(Through through, String volume, String name) {
    Map<String, String> file = Map.of("volume", volume, "path", "/" + name);
    start(
        name,
        new Place() {
          @Override
          public void write(byte[] content) throws AdminException {
            through.client().put(FileRoutes.FILE, file, BodyPublishers.ofByteArray(content));
          }

          @Override
          public InputStream read() throws AdminException {
            return through.client().stream(FileRoutes.FILE, file);
          }
        });
  }

  /** Starts a user of the {@code slot}th block of a disk. */
  void disk(Through through, String disk, int slot) {
    String offset = Long.toString((long) slot * BLOCK_BYTES);
    start(
        disk + "." + slot,
        new Place() {
          @Override
          public void write(byte[] content) throws AdminException {
            through
                .client()
                .put(
                    BlockRoutes.BLOCKS,
                    Map.of("disk", disk, "offset", offset),
                    BodyPublishers.ofByteArray(content));
          }

          @Override
          public InputStream read() throws AdminException {
            return through.client().stream(
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

  /**
   * Returns when each user has begun and ended {@code rounds} more, each of them a write and a read
   * that was compared; fails if anything went wrong.
   */
  void awaitRounds(int rounds) {
    List<Integer> wanted = users.stream().map(user -> user.round + rounds + 1).toList();
    Awaitility.await("load")
        .atMost(FaultCluster.LIMIT.multipliedBy(2))
        .pollInterval(POLL)
        .until(() -> !failures.isEmpty() || haveDone(wanted));
    assertThat(failures).isEmpty();
  }

  private boolean haveDone(List<Integer> wanted) {
    return users.stream().allMatch(user -> user.round >= wanted.get(user.number));
  }

  /** Requests that failed and were repeated. */
  long repeated() {
    return repeated.get();
  }

  /** Ends every user after its round, and fails if anything went wrong. */
  void finish() throws InterruptedException {
    stopped.countDown();
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
    private byte[] last;
    private Thread thread;

    User(String name, int number, Place place) {
      this.name = name;
      this.number = number;
      this.place = place;
    }

    @Override
    public void run() {
      try {
        while (stopped.getCount() > 0) {
          byte[] content = content(number, round);
          if (!done(
              () -> {
                place.write(content);
                return content;
              })) {
            return;
          }
          boolean wasRead =
              done(() -> {
                try (InputStream in = place.read()) {
                  return in.readAllBytes();
                }
              });
          if (!wasRead) {
            return;
          }
          assertThat(last).as("%s in round %d", name, round).isEqualTo(content);
          round++;
        }
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    }

    /** Repeats what fails if that is allowed; false if the load ended before it succeeded. */
    private boolean done(Callable<byte[]> work) throws Exception {
      while (true) {
        long began = System.nanoTime();
        try {
          last = work.call();
          operations.add(new Operation(name, began, System.nanoTime()));
          return true;
        } catch (AdminException | IOException e) {
          if (!tolerant) {
            throw e;
          }
          repeated.incrementAndGet();
          LOG.debug("user={} round={} repeats", name, round, e);
          if (stopped.await(REPEAT_MILLIS, TimeUnit.MILLISECONDS)) {
            return false;
          }
        }
      }
    }
  }
}
