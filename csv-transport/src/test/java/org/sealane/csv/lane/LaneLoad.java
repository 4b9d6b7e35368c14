package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/**
 * Users of one volume over a lane, each on a thread of its own: it writes blocks of its file, reads
 * them back, makes, renames, lists and deletes files. Each knows what its file must hold at any
 * time.
 */
final class LaneLoad {
  private static final int BLOCK_BYTES = 8 << 10;
  private static final int BLOCKS = 16;
  private static final Caller CALLER = new Caller("node2", "node2");

  private final ShareBackend share;
  private final List<User> users;
  private final List<Thread> threads;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private volatile boolean stopped;

  LaneLoad(ShareBackend share, int count, long seed) {
    this.share = share;
    this.users = IntStream.range(0, count).mapToObj(i -> new User(i, seed)).toList();
    this.threads =
        users.stream().map(user -> Thread.ofVirtual().name(user.name).start(user)).toList();
  }

  /** Requests that have succeeded. */
  long done() {
    return done.get();
  }

  Queue<Throwable> failures() {
    return failures;
  }

  /** Ends every user, and checks that the directory holds what they wrote and nothing else. */
  void finish(Path directory) throws Exception {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    for (User user : users) {
      assertThat(Files.readAllBytes(directory.resolve(user.name)))
          .as(user.name)
          .isEqualTo(user.content);
    }
    try (var names = Files.list(directory)) {
      assertThat(names.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(users.stream().map(user -> user.name).toList());
    }
  }

  private ShareOpen open(String name, CreateDisposition disposition, int options)
      throws ShareException {
    return share.create(
        new CreateParameters(
            SharePath.ofWire(name),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            disposition,
            options),
        CALLER);
  }

  private final class User implements Runnable {
    final String name;
    final byte[] content = new byte[BLOCK_BYTES * BLOCKS];
    private final Random random;
    private int round;

    User(int number, long seed) {
      name = "user" + number;
      random = new Random(seed + number);
    }

    @Override
    public void run() {
      try (ShareOpen file = open(name, CreateDisposition.CREATE, 0)) {
        file.setInformation(new FileChange.EndOfFile(content.length));
        while (!stopped) {
          step(file);
          round++;
        }
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    }

    private void step(ShareOpen file) throws ShareException {
      int at = random.nextInt(BLOCKS) * BLOCK_BYTES;
      byte[] block = new byte[BLOCK_BYTES];
      random.nextBytes(block);
      file.write(at, MemorySegment.ofArray(block), false);
      System.arraycopy(block, 0, content, at, BLOCK_BYTES);
      done.incrementAndGet();
      read(file, random.nextInt(BLOCKS) * BLOCK_BYTES);
      if (round % 8 == 0) {
        file.flush();
        assertThat(file.information().endOfFile()).isEqualTo(content.length);
        done.addAndGet(2);
      }
      if (round % 16 == 0) {
        makeRenameAndDelete();
        list();
      }
    }

    private void read(ShareOpen file, int at) throws ShareException {
      byte[] block = new byte[BLOCK_BYTES];
      int count = file.read(at, MemorySegment.ofArray(block));
      assertThat(count).isEqualTo(BLOCK_BYTES);
      assertThat(block)
          .as(name + " at " + at + " in round " + round)
          .isEqualTo(Arrays.copyOfRange(content, at, at + BLOCK_BYTES));
      done.incrementAndGet();
    }

    private void makeRenameAndDelete() throws ShareException {
      String temporary = name + ".new";
      try (ShareOpen made =
          open(temporary, CreateDisposition.OVERWRITE_IF, CreateOptions.DELETE_ON_CLOSE)) {
        made.write(0, MemorySegment.ofArray(new byte[] {1}), false);
        made.setInformation(new FileChange.Rename(SharePath.ofWire(name + ".renamed"), false));
      }
      done.addAndGet(4);
    }

    private void list() throws ShareException {
      int seen = 0;
      try (ShareOpen directory = open("", CreateDisposition.OPEN, CreateOptions.DIRECTORY_FILE)) {
        List<FileInformation> page = directory.queryDirectory("user*", true, 1);
        while (!page.isEmpty()) {
          seen += page.getFirst().name().equals(name) ? 1 : 0;
          page = directory.queryDirectory("user*", false, 1);
        }
      }
      assertThat(seen).as(name + " in a listing").isEqualTo(1);
      done.addAndGet(3);
    }
  }
}
