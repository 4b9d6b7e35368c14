package org.sealane.rdma.transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.MemoryWindow;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;

/**
 * Registered buffers for placed payloads, two sizes of them, lent first come first served. Any
 * thread may call; futures complete on the thread that gives a buffer back, outside the lock.
 */
final class PlacementPool implements AutoCloseable {
  private final Verbs verbs;
  private final RdmaCounters counters;
  private final MemoryRegion region;
  private final List<SizeClass> classes = new ArrayList<>();

  /** Buffers of one size, and who waits for one. */
  private static final class SizeClass {
    final int bytes;
    final Deque<Buffer> free = new ArrayDeque<>();
    final Deque<CompletableFuture<Buffer>> waiting = new ArrayDeque<>();

    SizeClass(int bytes) {
      this.bytes = bytes;
    }
  }

  /** One buffer, with its window where the device has them. */
  static final class Buffer {
    private final Slice slice;
    private final SizeClass sizeClass;
    private Optional<MemoryWindow> window = Optional.empty();

    private Buffer(Slice slice, SizeClass sizeClass) {
      this.slice = slice;
      this.sizeClass = sizeClass;
    }

    Slice slice() {
      return slice;
    }

    /** Its window, not bound; made anew after {@link #dropWindow}. */
    MemoryWindow window(Verbs verbs) throws VerbsException {
      if (window.isEmpty()) {
        window = Optional.of(verbs.allocateWindow());
      }
      return window.get();
    }

    /** Frees the window with whatever rights it gives. */
    void dropWindow() {
      window.ifPresent(MemoryWindow::close);
      window = Optional.empty();
    }
  }

  PlacementPool(Verbs verbs, RdmaSettings settings, RdmaCounters counters) throws VerbsException {
    this.verbs = verbs;
    this.counters = counters;
    boolean windows = verbs.attributes().memoryWindows();
    long smallBytes = (long) settings.smallBuffers() * RdmaSettings.SMALL_BUFFER_BYTES;
    long largeBytes = (long) settings.largeBuffers() * RdmaSettings.LARGE_BUFFER_BYTES;
    region =
        verbs.register(
            smallBytes + largeBytes,
            windows ? Set.of(Access.LOCAL_WRITE, Access.WINDOW_BIND) : Set.of(Access.LOCAL_WRITE));
    add(0, settings.smallBuffers(), RdmaSettings.SMALL_BUFFER_BYTES, windows);
    add(smallBytes, settings.largeBuffers(), RdmaSettings.LARGE_BUFFER_BYTES, windows);
  }

  private void add(long start, int count, int bytes, boolean windows) throws VerbsException {
    SizeClass sizeClass = new SizeClass(bytes);
    for (int i = 0; i < count; i++) {
      Buffer buffer = new Buffer(new Slice(region, start + (long) i * bytes, bytes), sizeClass);
      if (windows) {
        buffer.window(verbs);
      }
      sizeClass.free.add(buffer);
    }
    classes.add(sizeClass);
  }

  /** Buffers that can be exposed at a time, which bounds binds under way. */
  static int buffers(RdmaSettings settings) {
    return settings.smallBuffers() + settings.largeBuffers();
  }

  int largestBytes() {
    return classes.getLast().bytes;
  }

  /** Lends a buffer of at least that many bytes. Cancelled, it gives up its place. */
  CompletableFuture<Buffer> lend(int bytes) {
    SizeClass fits =
        classes.stream()
            .filter(sizeClass -> sizeClass.bytes >= bytes)
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "a buffer of " + bytes + " bytes; at most " + largestBytes()));
    synchronized (this) {
      Buffer buffer = fits.free.poll();
      if (buffer != null) {
        return CompletableFuture.completedFuture(buffer);
      }
      counters.increment(RdmaCounter.BUFFER_WAITS);
      CompletableFuture<Buffer> future = new CompletableFuture<>();
      fits.waiting.add(future);
      return future;
    }
  }

  void giveBack(Buffer buffer) {
    while (true) {
      CompletableFuture<Buffer> next;
      synchronized (this) {
        next = buffer.sizeClass.waiting.poll();
        if (next == null) {
          buffer.sizeClass.free.push(buffer);
          return;
        }
      }
      if (next.complete(buffer)) {
        return;
      }
    }
  }

  /** Buffers not lent, for tests of leaks and for status. */
  synchronized int freeCount() {
    return classes.stream().mapToInt(sizeClass -> sizeClass.free.size()).sum();
  }

  /** All its memory, for a look at the real bytes. */
  MemoryRegion region() {
    return region;
  }

  @Override
  public synchronized void close() {
    classes.forEach(sizeClass -> sizeClass.free.forEach(Buffer::dropWindow));
    region.close();
  }
}
