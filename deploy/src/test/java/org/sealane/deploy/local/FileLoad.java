package org.sealane.deploy.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;

/**
 * Load on a volume through one node: small files that are written, flushed and read back, and one
 * long file that stays open for as long as the load lasts. All contents can be made again from
 * their names.
 */
final class FileLoad implements AutoCloseable {
  private static final String FILE = "/v1/file";
  private static final int WRITERS = 2;
  private static final int SMALL_BYTES = 100_000;
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int CHUNK_EVERY_MILLIS = 10;
  private static final int END_SECONDS_MAX = 200;

  private final Supplier<AdminClient> clients;
  private final String volume;
  private final String prefix;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final Semaphore chunks = new Semaphore(0);
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong streamedBytes = new AtomicLong();
  private volatile boolean stopping;

  /** Files whose writing was acknowledged, which is after their flush. */
  final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();

  final List<String> failures = new CopyOnWriteArrayList<>();

  FileLoad(Supplier<AdminClient> clients, String volume, String prefix) {
    this.clients = clients;
    this.volume = volume;
    this.prefix = prefix;
  }

  FileLoad start() {
    for (int i = 0; i < WRITERS; i++) {
      threads.execute(this::write);
    }
    threads.execute(this::stream);
    ticker.scheduleAtFixedRate(chunks::release, 0, CHUNK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return this;
  }

  private void write() {
    try (AdminClient client = clients.get()) {
      while (!stopping) {
        int number = next.incrementAndGet();
        String name = prefix + "/" + number + ".bin";
        byte[] content = small(number);
        try {
          client.put(FILE, at(name), BodyPublishers.ofByteArray(content));
          acknowledged.put(name, number);
          if (!Arrays.equals(read(client, name), content)) {
            failures.add(name + " has other bytes");
          }
        } catch (AdminException | IOException e) {
          failures.add(name + ": " + e);
        }
      }
    }
  }

  private void stream() {
    try (AdminClient client = clients.get()) {
      client.put(FILE, at(streamName()), BodyPublishers.ofInputStream(Pattern::new));
    } catch (AdminException e) {
      failures.add(streamName() + ": " + e);
    }
  }

  byte[] read(AdminClient client, String name) throws AdminException, IOException {
    try (InputStream in = client.stream(FILE, at(name))) {
      return in.readAllBytes();
    }
  }

  private Map<String, String> at(String name) {
    return Map.of("volume", volume, "path", "/" + name);
  }

  String streamName() {
    return prefix + "/stream.bin";
  }

  /** What the long file must hold once the load has ended. */
  byte[] streamed() {
    byte[] all = new byte[Math.toIntExact(streamedBytes.get())];
    for (int at = 0; at < all.length; at += CHUNK_BYTES) {
      System.arraycopy(chunk(at), 0, all, at, CHUNK_BYTES);
    }
    return all;
  }

  static byte[] small(int number) {
    byte[] content = new byte[SMALL_BYTES];
    new Random(number).nextBytes(content);
    return content;
  }

  private static byte[] chunk(long offset) {
    byte[] content = new byte[CHUNK_BYTES];
    new Random(~offset).nextBytes(content);
    return content;
  }

  /** Ends when the load does; a chunk at a time, as often as the semaphore allows. */
  private final class Pattern extends InputStream {
    private ByteArrayInputStream current = new ByteArrayInputStream(new byte[0]);

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (current.available() == 0) {
        if (stopping) {
          return -1;
        }
        chunks.acquireUninterruptibly();
        current = new ByteArrayInputStream(chunk(streamedBytes.getAndAdd(CHUNK_BYTES)));
      }
      return current.read(into, offset, length);
    }
  }

  /** Ends what is under way; an operation may take as long as its limit. */
  @Override
  public void close() throws IOException {
    stopping = true;
    threads.shutdown();
    try {
      if (!threads.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IOException("operations do not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      ticker.shutdownNow();
    }
  }
}
