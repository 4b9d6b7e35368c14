package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/**
 * Users that write numbered blocks of a canary and read them back, and a look at the share that
 * serves them: a number that comes after a greater one is a write that took effect late.
 */
final class NumberedWrites {
  private static final int BLOCKS = 4;

  /** One that travels in its message, and one that is placed where the lane has RDMA. */
  private static final int[] BLOCK_BYTES = {1 << 10, 48 << 10};

  private static final int FILE_BYTES = BLOCKS * (BLOCK_BYTES[0] + BLOCK_BYTES[1]);
  private static final Caller CALLER = new Caller("node2", "node2");

  private final byte[] canary;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private final Map<String, Long> lastAtServer = new ConcurrentHashMap<>();
  private final Queue<String> late = new ConcurrentLinkedQueue<>();
  private List<User> users = List.of();
  private List<Thread> threads = List.of();
  private volatile boolean stopped;

  NumberedWrites(byte[] canary) {
    this.canary = canary.clone();
  }

  /** The share, with a look at each write that it carries out. */
  ShareBackend watched(ShareBackend share) {
    return (ShareBackend)
        proxy(
            ShareBackend.class,
            (_, method, arguments) -> {
              Object result = call(share, method, arguments);
              return method.getName().equals("create")
                  ? watched((ShareOpen) result, ((CreateParameters) arguments[0]).path().wire())
                  : result;
            });
  }

  private ShareOpen watched(ShareOpen open, String name) {
    return (ShareOpen)
        proxy(
            ShareOpen.class,
            (_, method, arguments) -> {
              if (!method.getName().equals("write")) {
                return call(open, method, arguments);
              }
              String place = name + "@" + arguments[0];
              long number = ((MemorySegment) arguments[1]).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
              Long last = lastAtServer.merge(place, number, Math::max);
              if (last > number) {
                late.add(place + ": " + number + " after " + last);
              }
              return call(open, method, arguments);
            });
  }

  private static Object proxy(Class<?> type, InvocationHandler handler) {
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  void start(ShareBackend share, int count) {
    users = IntStream.range(0, count).mapToObj(i -> new User(share, "user" + i, i)).toList();
    threads = users.stream().map(user -> Thread.ofVirtual().start(user)).toList();
  }

  /** Requests that have succeeded. */
  long done() {
    return done.get();
  }

  Queue<Throwable> failures() {
    return failures;
  }

  /**
   * Ends the users; every request must have succeeded, and each file hold what was written last.
   */
  void finish(Path directory) throws Exception {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(late).as("writes that took effect after a later one").isEmpty();
    assertThat(lastAtServer).as("places that were looked at").isNotEmpty();
    for (User user : users) {
      assertThat(Files.readAllBytes(directory.resolve(user.name))).isEqualTo(user.content);
    }
  }

  private final class User implements Runnable {
    private final ShareBackend share;
    private final String name;
    private final Random random;
    private final byte[] content = new byte[FILE_BYTES];
    private long number;

    User(ShareBackend share, String name, long seed) {
      this.share = share;
      this.name = name;
      this.random = new Random(seed);
    }

    @Override
    public void run() {
      try (ShareOpen file = share.create(parameters(), CALLER)) {
        for (int block = 0; block < 2 * BLOCKS; block++) {
          write(file, block);
        }
        while (!stopped) {
          write(file, random.nextInt(2 * BLOCKS));
          read(file, random.nextInt(2 * BLOCKS));
        }
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    }

    private CreateParameters parameters() throws ShareException {
      return new CreateParameters(
          SharePath.ofWire(name),
          AccessMask.GENERIC_ALL,
          0,
          CreateParameters.SHARE_ALL,
          CreateDisposition.CREATE,
          0);
    }

    private static int bytes(int block) {
      return BLOCK_BYTES[block / BLOCKS];
    }

    private static int at(int block) {
      return block < BLOCKS
          ? block * BLOCK_BYTES[0]
          : BLOCKS * BLOCK_BYTES[0] + (block - BLOCKS) * BLOCK_BYTES[1];
    }

    private void write(ShareOpen file, int block) throws ShareException {
      byte[] next = new byte[bytes(block)];
      for (int i = 0; i < next.length; i++) {
        next[i] = canary[i % canary.length];
      }
      number++;
      MemorySegment.ofArray(next).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, number);
      file.write(at(block), MemorySegment.ofArray(next), false);
      System.arraycopy(next, 0, content, at(block), next.length);
      done.incrementAndGet();
    }

    private void read(ShareOpen file, int block) throws ShareException {
      byte[] read = new byte[bytes(block)];
      for (int count = 0; count < read.length; ) {
        count += file.read(at(block) + count, MemorySegment.ofArray(read).asSlice(count));
      }
      assertThat(read)
          .as("%s block %d", name, block)
          .isEqualTo(Arrays.copyOfRange(content, at(block), at(block) + read.length));
      done.incrementAndGet();
    }
  }
}
