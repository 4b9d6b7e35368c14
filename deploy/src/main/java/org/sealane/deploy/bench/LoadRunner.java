package org.sealane.deploy.bench;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@code queueDepth} operations under way on one open and measures them. Each worker is a
 * virtual thread that issues one blocking operation after another, at offsets that walk through the
 * file and never overlap with another worker's.
 */
public final class LoadRunner {
  private static final Logger LOG = LoggerFactory.getLogger(LoadRunner.class);
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long LATENCY_NANOS_MAX = 600 * SECOND_NANOS;

  private final ShareOpen open;
  private final long fileBytes;
  private final Load load;
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong firstSecondBytes = new AtomicLong();
  private volatile ShareException firstFailure;

  /**
   * @param open the file or disk; stays the caller's
   * @param fileBytes its size: at least one block for each operation under way
   */
  public LoadRunner(ShareOpen open, long fileBytes, Load load) {
    if (fileBytes < (long) load.blockBytes() * load.queueDepth()) {
      throw new IllegalArgumentException(
          "a file of %d bytes is too small for %d blocks of %d"
              .formatted(fileBytes, load.queueDepth(), load.blockBytes()));
    }
    this.open = open;
    this.fileBytes = fileBytes;
    this.load = load;
  }

  /** Runs the load to its end on the calling thread and its workers. */
  public Measurement run() throws InterruptedException {
    long start = System.nanoTime();
    long measureFrom = start + load.warmUp().toNanos();
    long end = measureFrom + load.measured().toNanos();
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < load.queueDepth(); i++) {
      workers.add(new Worker(i, start, measureFrom, end));
    }
    for (Worker worker : workers) {
      worker.thread = Thread.ofVirtual().name("load-", worker.index).start(worker);
    }
    Histogram latencyNanos = new Histogram(LATENCY_NANOS_MAX, 3);
    long operations = 0;
    for (Worker worker : workers) {
      worker.thread.join();
      latencyNanos.add(worker.latencyNanos);
      operations += worker.operations;
    }
    if (firstFailure != null) {
      LOG.warn("failed={} first failure of the load", failed.get(), firstFailure);
    }
    return new Measurement(
        operations * load.blockBytes(),
        load.measured().toNanos(),
        firstSecondBytes.get() * (double) SECOND_NANOS / Math.min(SECOND_NANOS, end - start),
        operations,
        failed.get(),
        new Measurement.LatencyMicros(
            latencyNanos.getValueAtPercentile(50) / 1e3,
            latencyNanos.getValueAtPercentile(99) / 1e3,
            latencyNanos.getMaxValue() / 1e3));
  }

  /** One lane of operations, one at a time. Its counts are read after its thread has ended. */
  private final class Worker implements Runnable {
    private final int index;
    private final long start;
    private final long measureFrom;
    private final long end;
    private final MemorySegment block;
    private final Histogram latencyNanos = new Histogram(LATENCY_NANOS_MAX, 3);
    private long operations;
    private Thread thread;

    Worker(int index, long start, long measureFrom, long end) {
      this.index = index;
      this.start = start;
      this.measureFrom = measureFrom;
      this.end = end;
      byte[] content = new byte[load.blockBytes()];
      new Random(index).nextBytes(content);
      this.block = MemorySegment.ofArray(content);
    }

    @Override
    public void run() {
      long blocks = fileBytes / load.blockBytes();
      long block = index;
      long before = System.nanoTime();
      while (before < end && failed.get() < load.queueDepth()) {
        boolean done = operate(block * load.blockBytes());
        long after = System.nanoTime();
        if (done) {
          count(before, after);
        }
        block += load.queueDepth();
        if (block >= blocks) {
          block = index;
        }
        before = after;
      }
    }

    private void count(long before, long after) {
      if (after - start <= SECOND_NANOS) {
        firstSecondBytes.addAndGet(load.blockBytes());
      }
      if (before >= measureFrom && after <= end) {
        operations++;
        latencyNanos.recordValue(Math.min(after - before, LATENCY_NANOS_MAX));
      }
    }

    private boolean operate(long offset) {
      try {
        switch (load.operation()) {
          case READ -> readFully(offset);
          case WRITE -> open.write(offset, block, false);
        }
        return true;
      } catch (ShareException e) {
        failed.incrementAndGet();
        firstFailure = firstFailure == null ? e : firstFailure;
        return false;
      }
    }

    private void readFully(long offset) throws ShareException {
      long done = 0;
      while (done < block.byteSize()) {
        done += open.read(offset + done, block.asSlice(done));
      }
    }
  }
}
