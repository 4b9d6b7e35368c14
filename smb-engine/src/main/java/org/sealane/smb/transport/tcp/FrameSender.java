package org.sealane.smb.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.sealane.smb.transport.OutboundFrame;

/**
 * The queue of frames of one connection, written piece by piece as the socket takes them.
 *
 * <p>Any thread may queue; the order of the queue is the order on the wire. Only the connection's
 * event loop writes. Heap bytes are copied into one direct piece at a time just before the kernel
 * copies them on, so the second copy finds them in the cache, and a queue of large frames needs no
 * direct memory of its size. Native segments of at least {@link #WRAP_BYTES_MIN} are written where
 * they lie.
 */
final class FrameSender {
  /** Fits the second-level cache beside what the kernel touches; one write call each. */
  static final int PIECE_BYTES = 256 << 10;

  /** Below this a copy into the piece costs less than a write of its own. */
  static final int WRAP_BYTES_MIN = 32 << 10;

  private static final int PREFIX_BYTES = 4;

  /** Room in a piece beyond the bytes queued, for prefixes and for what is queued meanwhile. */
  private static final int SMALL_FRAME_BYTES = 1 << 10;

  /** Told on the event loop when the queue's length crosses its marks. */
  interface Listener {
    void onWritable(boolean writable);

    /** The queue is longer than anything may be; the connection must be reset. */
    void onOverflow();

    /** What is queued may not leave any more; the connection must be reset. */
    void onForbidden();

    /** The socket failed, or a frame could not be read. */
    void onFailed(Throwable cause);

    /** Nothing is queued and all was handed to the kernel. */
    void onFlushed();
  }

  private final Channel channel;
  private final TcpSettings settings;
  private final TcpCounters counters;
  private final Listener listener;
  private final Queue<OutboundFrame> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong unsentBytes = new AtomicLong();
  private final AtomicBoolean pumpScheduled = new AtomicBoolean();
  private volatile boolean closed;

  // The rest belongs to the event loop.
  private Optional<Cursor> current = Optional.empty();
  private boolean batching;
  private boolean pumping;
  private boolean reportedWritable = true;

  /** A guarded piece that the socket has not taken yet; it counts nothing in Netty's own limit. */
  private boolean guardedWaits;

  FrameSender(Channel channel, TcpSettings settings, TcpCounters counters, Listener listener) {
    this.channel = channel;
    this.settings = settings;
    this.counters = counters;
    this.listener = listener;
  }

  /** The next bytes of a frame that is being written. */
  private static final class Cursor {
    final OutboundFrame frame;
    boolean prefixWritten;
    int segment;
    long offset;

    Cursor(OutboundFrame frame) {
      this.frame = frame;
    }

    /** Skips what is empty; true if no byte is left. */
    boolean isAtEnd() {
      while (segment < frame.segments().size()
          && offset == frame.segments().get(segment).byteSize()) {
        segment++;
        offset = 0;
      }
      return prefixWritten && segment == frame.segments().size();
    }

    /** The rest of the current segment, if it can be written where it lies. */
    boolean isWrappable() {
      MemorySegment bytes = frame.segments().get(segment);
      return bytes.isNative() && bytes.byteSize() - offset >= WRAP_BYTES_MIN;
    }

    ByteBuf wrap() {
      MemorySegment rest = frame.segments().get(segment).asSlice(offset);
      offset += rest.byteSize();
      return Unpooled.wrappedBuffer(rest.asByteBuffer());
    }

    void copyInto(ByteBuf piece) {
      if (!prefixWritten) {
        piece.writeInt(Math.toIntExact(frame.lengthBytes()));
        prefixWritten = true;
        return;
      }
      MemorySegment bytes = frame.segments().get(segment);
      int count = (int) Math.min(piece.writableBytes(), bytes.byteSize() - offset);
      int at = piece.writerIndex();
      MemorySegment target = MemorySegment.ofBuffer(piece.internalNioBuffer(at, count));
      MemorySegment.copy(bytes, offset, target, 0, count);
      piece.writerIndex(at + count);
      offset += count;
    }
  }

  /** Queues one frame; see {@link org.sealane.smb.transport.TransportConnection#send}. */
  void send(OutboundFrame frame) {
    if (unsentBytes.addAndGet(frame.lengthBytes()) > settings.unsentBytesMax()) {
      unsentBytes.addAndGet(-frame.lengthBytes());
      frame.released().run(false);
      execute(listener::onOverflow);
      return;
    }
    queue.add(frame);
    if (pumpScheduled.compareAndSet(false, true)) {
      if (!isBatching()) {
        execute(this::scheduledPump);
      }
    } else if (closed) {
      // The event loop may have ended before it could run the pump that is scheduled.
      releaseQueued();
    }
  }

  /**
   * From here to {@link #endBatch} what is sent on the event loop waits, so that the answers to
   * requests that arrived together leave together.
   */
  void beginBatch() {
    batching = true;
  }

  void endBatch() {
    batching = false;
    if (pumpScheduled.get()) {
      scheduledPump();
    }
  }

  long unsentBytes() {
    return unsentBytes.get();
  }

  /** Releases everything unsent; frames queued later are released at once. On the event loop. */
  void close() {
    closed = true;
    current.ifPresent(cursor -> release(cursor.frame, false));
    current = Optional.empty();
    releaseQueued();
  }

  /** Writes until the socket takes no more. On the event loop. */
  void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      while (!closed && !guardedWaits && channel.isWritable() && hasCurrent()) {
        writePiece();
      }
    } catch (RuntimeException e) {
      // A segment that can not be read here: the sender's mistake, but the stream is broken.
      listener.onFailed(e);
    } finally {
      pumping = false;
    }
    if (closed) {
      releaseQueued();
      return;
    }
    report();
  }

  private boolean isBatching() {
    return channel.eventLoop().inEventLoop() && batching && unsentBytes.get() < PIECE_BYTES;
  }

  private void scheduledPump() {
    pumpScheduled.set(false);
    pump();
  }

  private void execute(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      // The transport was closed, and every connection with it: nothing can be sent any more.
      releaseQueued();
    }
  }

  private boolean hasCurrent() {
    if (current.isEmpty()) {
      current = Optional.ofNullable(queue.poll()).map(Cursor::new);
    }
    return current.isPresent();
  }

  /** Hands one buffer to the channel, with as many frames or as much of one as it holds. */
  private void writePiece() {
    List<OutboundFrame> ended = new ArrayList<>();
    List<OutboundFrame.Permit> permits = new ArrayList<>();
    Cursor first = current.orElseThrow();
    if (!first.isAtEnd() && first.prefixWritten && first.isWrappable()) {
      guard(first, permits);
      write(first.wrap(), first, ended, permits);
      return;
    }
    int capacity = (int) Math.min(PIECE_BYTES, unsentBytes.get() + SMALL_FRAME_BYTES);
    ByteBuf piece = channel.alloc().directBuffer(capacity, capacity);
    try {
      fill(piece, ended, permits);
    } catch (RuntimeException e) {
      piece.release();
      ended.forEach(frame -> release(frame, false));
      throw e;
    }
    flush(piece, ended, permits);
  }

  private static void guard(Cursor cursor, List<OutboundFrame.Permit> permits) {
    if (cursor.frame.permit() != OutboundFrame.Permit.ALWAYS) {
      permits.add(cursor.frame.permit());
    }
  }

  /** Copies until the piece is full, the queue is empty, or bytes come that need no copy. */
  private void fill(ByteBuf piece, List<OutboundFrame> ended, List<OutboundFrame.Permit> permits) {
    Optional<Cursor> guarded = Optional.empty();
    while (hasCurrent()) {
      Cursor cursor = current.orElseThrow();
      if (guarded.filter(known -> known == cursor).isEmpty()) {
        guarded = current;
        guard(cursor, permits);
      }
      if (cursor.isAtEnd()) {
        ended.add(cursor.frame);
        current = Optional.empty();
      } else if (piece.writableBytes() <= PREFIX_BYTES
          || (cursor.prefixWritten && cursor.isWrappable())) {
        return;
      } else {
        cursor.copyInto(piece);
      }
    }
  }

  private void write(
      ByteBuf wrapped,
      Cursor cursor,
      List<OutboundFrame> ended,
      List<OutboundFrame.Permit> permits) {
    if (cursor.isAtEnd()) {
      ended.add(cursor.frame);
      current = Optional.empty();
    }
    flush(wrapped, ended, permits);
  }

  private void flush(ByteBuf bytes, List<OutboundFrame> ended, List<OutboundFrame.Permit> permits) {
    boolean guarded = !permits.isEmpty();
    guardedWaits = guarded;
    channel
        .writeAndFlush(guarded ? new GuardedPiece(bytes, permits, listener::onForbidden) : bytes)
        .addListener(written -> {
          if (guarded) {
            guardedWaits = false;
          }
          if (!written.isSuccess() && !(written.cause() instanceof ClosedChannelException)) {
            listener.onFailed(written.cause());
          }
          for (OutboundFrame frame : ended) {
            release(frame, written.isSuccess());
          }
          if (!pumping && !closed) {
            if (guarded) {
              pump();
            } else {
              report();
            }
          }
        });
  }

  private void report() {
    long unsent = unsentBytes.get();
    boolean writable =
        reportedWritable
            ? unsent <= settings.unsentBytesHigh()
            : unsent <= settings.unsentBytesLow();
    if (writable != reportedWritable) {
      reportedWritable = writable;
      listener.onWritable(writable);
    }
    if (unsent == 0) {
      listener.onFlushed();
    }
  }

  private void releaseQueued() {
    OutboundFrame frame = queue.poll();
    while (frame != null) {
      release(frame, false);
      frame = queue.poll();
    }
  }

  private void release(OutboundFrame frame, boolean sent) {
    unsentBytes.addAndGet(-frame.lengthBytes());
    if (sent) {
      counters.increment(TcpCounter.FRAMES_SENT);
      counters.add(TcpCounter.BYTES_SENT, frame.lengthBytes());
    }
    frame.released().run(sent);
  }
}
