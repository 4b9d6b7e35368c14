package org.sealane.cluster.audit;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sealane.cluster.document.DocumentDigest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's log on disk: one {@link AuditRecord} a line, each naming the digest of the one before
 * it, in segments; and an {@link AuditHead}, signed with the node's key, that says where the chain
 * begins and ends.
 *
 * <p>A record is handed to the kernel before {@link #record} returns. It is forced to disk, and the
 * head signed anew, within {@link #FLUSH_PERIOD} and at {@link #close}. What was found changed or
 * cut off when the log was opened becomes a record itself.
 *
 * <p>Any thread may call. One lock guards what is appended, and is held for a write to the page
 * cache; another the flush, and is held while the disk takes it. One thread of its own flushes.
 */
public final class ChainedAuditLog implements AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger(ChainedAuditLog.class);

  /** How long the signed head may be behind. */
  public static final Duration FLUSH_PERIOD = Duration.ofSeconds(1);

  /** A segment is not longer than this. */
  public static final long SEGMENT_BYTES_MAX = 4L << 20;

  /** So many segments are kept; the oldest goes when another is begun. */
  public static final int SEGMENTS_MAX = 16;

  /** What is read of one segment: more than any that a node wrote has. */
  public static final long SEGMENT_READ_BYTES_MAX = 2 * SEGMENT_BYTES_MAX;

  /** What was found at the start is recorded up to this number, one record each. */
  private static final int FINDINGS_RECORDED_MAX = 16;

  /** How often the log is looked through anew as segments went away meanwhile. */
  private static final int ROTATED_AWAY_MAX = 3;

  private static final int CLOSE_SECONDS_MAX = 10;

  private final AuditDirectory directory;
  private final AuditSigner signer;
  private final InstantSource clock;
  private final long segmentBytesMax;
  private final ScheduledThreadPoolExecutor flusher;

  /** Held while the disk takes what was written; taken before {@link #lock}. */
  private final Object flushLock = new Object();

  private final Object lock = new Object();

  // All guarded by the lock.
  private final List<Long> segments = new ArrayList<>();
  private final List<FileOutputStream> retired = new ArrayList<>();
  private FileOutputStream out;
  private long segmentBytes;
  private long first;
  private DocumentDigest firstPredecessor;
  private long sequence;
  private DocumentDigest digest;
  private long flushed;
  private long lost;
  private boolean closed;

  private ChainedAuditLog(
      AuditDirectory directory, AuditSigner signer, InstantSource clock, long segmentBytesMax) {
    this.directory = directory;
    this.signer = signer;
    this.clock = clock;
    this.segmentBytesMax = segmentBytesMax;
    this.flusher =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("audit-" + signer.node()).unstarted(task));
    flusher.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Opens the log, which goes on where it ended.
   *
   * @param directory made if it is missing
   * @param isFirstStart false if the node has run before, so that its log must be there
   * @throws IOException if another process has it or the disk fails; never because of what is in it
   */
  public static ChainedAuditLog open(
      Path directory, AuditSigner signer, InstantSource clock, boolean isFirstStart)
      throws IOException {
    return open(directory, signer, clock, isFirstStart, SEGMENT_BYTES_MAX);
  }

  /** As the other, with segments of another length. */
  static ChainedAuditLog open(
      Path path,
      AuditSigner signer,
      InstantSource clock,
      boolean isFirstStart,
      long segmentBytesMax)
      throws IOException {
    AuditDirectory directory = AuditDirectory.open(path);
    ChainedAuditLog log = new ChainedAuditLog(directory, signer, clock, segmentBytesMax);
    try {
      log.resume(isFirstStart);
    } catch (IOException | RuntimeException e) {
      log.flusher.shutdownNow();
      directory.close();
      throw e;
    }
    long period = FLUSH_PERIOD.toMillis();
    log.flusher.scheduleWithFixedDelay(log::flush, period, period, TimeUnit.MILLISECONDS);
    return log;
  }

  /** Takes up the chain, and records what is wrong with it. */
  private void resume(boolean isFirstStart) throws IOException {
    AuditOpening opening = AuditOpening.of(directory, signer, clock);
    synchronized (lock) {
      first = opening.head().first();
      firstPredecessor = opening.head().firstPredecessor();
      sequence = opening.head().sequence();
      digest = opening.head().digest();
      opening.segments().forEach(segment -> segments.add(segment.first()));
      if (opening.isNew()) {
        // From the first record on there is a head, so that one that is missing was taken away.
        directory.writeHead(signer.seal(opening.head()));
      }
      Optional<AuditSource.Segment> last = opening.goesOn();
      begin(last.map(AuditSource.Segment::first).orElse(sequence + 1));
      if (last.isEmpty() && segmentBytes > 0) {
        // A file of that name with bytes of someone else's: they stay, on a line of their own.
        out.write('\n');
        segmentBytes++;
      }
      append(
          new AuditEvent(
              AuditKind.LOG_OPENED,
              Map.of(
                  "process", Long.toString(ProcessHandle.current().pid()),
                  "after", opening.after(),
                  "unsigned", Long.toString(opening.unsigned()))));
      opening
          .tornBytes()
          .ifPresent(bytes ->
              append(new AuditEvent(AuditKind.LOG_TORN, Map.of("bytes", Long.toString(bytes)))));
      if (opening.isNew() && !isFirstStart) {
        append(damaged("the node has run before, and its log is gone"));
      }
      opening.findings().stream()
          .limit(FINDINGS_RECORDED_MAX)
          .forEach(finding -> append(damaged(finding.text())));
    }
    flush();
  }

  private static AuditEvent damaged(String finding) {
    return new AuditEvent(AuditKind.LOG_DAMAGED, Map.of("finding", finding));
  }

  @Override
  public void record(AuditEvent event) {
    synchronized (lock) {
      if (closed) {
        LOG.warn("audit event after the end kind={} fields={}", event.kind(), event.fields());
        return;
      }
      append(event);
    }
  }

  /** Under the lock. */
  private void append(AuditEvent event) {
    if (lost > 0
        && put(new AuditEvent(AuditKind.EVENTS_LOST, Map.of("count", Long.toString(lost))))) {
      lost = 0;
    }
    if (!put(event)) {
      lost++;
    }
  }

  private boolean put(AuditEvent event) {
    byte[] record =
        AuditRecord.of(sequence + 1, clock.instant(), signer.node(), event, digest).encode();
    try {
      if (segmentBytes > 0 && segmentBytes + record.length + 1 > segmentBytesMax) {
        rotate();
      }
      write(record);
    } catch (IOException e) {
      LOG.error("audit event not written kind={} fields={}", event.kind(), event.fields(), e);
      return false;
    }
    sequence++;
    digest = DocumentDigest.of(record);
    return true;
  }

  /** One write of a whole line: a crash leaves all of it or a part at the very end. */
  private void write(byte[] record) throws IOException {
    byte[] line = java.util.Arrays.copyOf(record, record.length + 1);
    line[record.length] = '\n';
    try {
      out.write(line);
      segmentBytes += line.length;
    } catch (IOException e) {
      takeBack(e);
      throw e;
    }
  }

  /** Nothing may follow half a record. */
  private void takeBack(IOException why) throws IOException {
    File file = directory.file(segments.getLast()).toFile();
    try (RandomAccessFile segment = new RandomAccessFile(file, "rw")) {
      segment.setLength(segmentBytes);
    } catch (IOException e) {
      why.addSuppressed(e);
      rotate();
    }
  }

  /** Under the lock. The old segment is forced and closed by the next flush. */
  private void rotate() throws IOException {
    FileOutputStream old = out;
    begin(sequence + 1);
    retired.add(old);
    try {
      flusher.execute(this::flush);
    } catch (RejectedExecutionException e) {
      LOG.trace("closing, which flushes too", e);
    }
  }

  private void begin(long segment) throws IOException {
    File file = directory.file(segment).toFile();
    out = new FileOutputStream(file, true);
    segmentBytes = file.length();
    if (segments.isEmpty() || segments.getLast() != segment) {
      segments.add(segment);
    }
  }

  /** What the head says now. */
  private record State(AuditHead head, List<Long> dropped, List<FileOutputStream> open) {}

  /** Forces what was written and signs the new end; then lets go of the oldest segments. */
  private void flush() {
    synchronized (flushLock) {
      try {
        State state;
        synchronized (lock) {
          if (closed || (flushed == sequence && retired.isEmpty())) {
            return;
          }
          state = state();
        }
        force(state);
      } catch (IOException e) {
        LOG.error("audit log not flushed", e);
      }
    }
  }

  /** Under the lock. */
  private State state() throws IOException {
    List<Long> dropped = new ArrayList<>();
    while (segments.size() > SEGMENTS_MAX) {
      dropped.add(segments.removeFirst());
      first = segments.getFirst();
      firstPredecessor = AuditOpening.predecessor(directory, first);
    }
    List<FileOutputStream> open = new ArrayList<>(retired);
    open.add(out);
    return new State(head(), dropped, open);
  }

  private AuditHead head() {
    return new AuditHead(first, firstPredecessor, sequence, digest, clock.instant());
  }

  /** Under the lock of the flush. */
  private void force(State state) throws IOException {
    for (FileOutputStream file : state.open()) {
      file.getFD().sync();
    }
    directory.writeHead(signer.seal(state.head()));
    List<FileOutputStream> done;
    synchronized (lock) {
      flushed = state.head().sequence();
      done = state.open().stream().filter(retired::contains).toList();
      retired.removeAll(done);
    }
    for (FileOutputStream file : done) {
      file.close();
    }
    for (long segment : state.dropped()) {
      directory.delete(new AuditSource.Segment(segment, 0));
    }
  }

  /** The log as it is now, its end signed now. */
  public AuditSnapshot snapshot() throws IOException {
    synchronized (flushLock) {
      flush();
      synchronized (lock) {
        return new AuditSnapshot(directory, signer.seal(head()), directory.segments());
      }
    }
  }

  /** Looks through the log as it is now. */
  public AuditReport verify() throws IOException {
    for (int left = ROTATED_AWAY_MAX; ; left--) {
      try {
        return signer.verifier(AuditVerifier.Ending.SIGNED).verify(snapshot());
      } catch (NoSuchFileException e) {
        // The oldest segment was dropped meanwhile.
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  /** Bytes of a segment, fewer than asked for at its end. */
  public byte[] read(long segment, long offset, int bytes) throws IOException {
    return directory.read(segment, offset, bytes);
  }

  /** Signs the last record and lets the directory go. Idempotent. */
  @Override
  public void close() {
    flusher.shutdown();
    try {
      if (!flusher.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("the audit log's flush does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (flushLock) {
      try {
        State state;
        synchronized (lock) {
          if (closed) {
            return;
          }
          append(new AuditEvent(AuditKind.LOG_CLOSED, Map.of()));
          closed = true;
          state = state();
        }
        force(state);
        out.close();
        directory.close();
      } catch (IOException e) {
        LOG.error("audit log not closed in order", e);
      }
    }
  }
}
