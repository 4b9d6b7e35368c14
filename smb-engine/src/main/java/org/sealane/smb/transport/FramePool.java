package org.sealane.smb.transport;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Heap arrays for whole frames, shared by all connections of a process. Two limits hold: bytes lent
 * out ({@link #tryBorrow} gives nothing above it, which stops reading from the network) and bytes
 * kept for later (above it arrays are left to the garbage collector).
 *
 * <p>Any thread may call any method. One lock guards all state; it is held for a few instructions
 * and never while calling out.
 *
 * <p>A lent array holds whatever its last user left in it: write before reading, and never send
 * bytes that were not written.
 */
public final class FramePool {
  /** The longest payload of one READ or WRITE, [MS-SMB2] product behaviour of MaxReadSize. */
  public static final int PAYLOAD_BYTES_MAX = 8 << 20;

  /** The longest frame: the longest payload, and room for the messages and headers around it. */
  public static final int FRAME_BYTES_MAX = PAYLOAD_BYTES_MAX + (64 << 10);

  /**
   * The longest frame from a peer that is not authenticated: a SESSION_SETUP token has a 16-bit
   * length.
   */
  public static final int UNAUTHENTICATED_FRAME_BYTES_MAX = (64 << 10) + 512;

  /**
   * Added to each power of two, so that a payload of that size with headers fits its class. More
   * than the SMB2 header, a READ response and the transform header need together.
   */
  private static final int HEADERS_BYTES = 4 << 10;

  /**
   * Each array is at least this much longer than was asked for: room for the tag of a sealed
   * message, which ciphers want behind the ciphertext.
   */
  public static final int TAIL_BYTES = 16;

  /**
   * Frames up to this long may fill the pool; longer ones, and the payloads of responses, leave a
   * quarter of it free. So requests are still read, and small ones served, when peers that do not
   * read, or do not finish what they send, hold all the rest.
   */
  private static final int SMALL_FRAME_BYTES = 64 << 10;

  /** A pool for less would stop at every second large frame. */
  private static final long HEAP_SHARE_BYTES_MIN = 40L << 20;

  private static final int SMALLEST_SHIFT = 12;
  private static final int LARGEST_SHIFT = 23;
  private static final int CLASSES = LARGEST_SHIFT - SMALLEST_SHIFT + 1;

  private final long outstandingBytesMax;
  private final long pooledBytesMax;
  private final Object lock = new Object();
  private final List<Deque<byte[]>> free = new ArrayList<>();
  private List<Runnable> waiters = new ArrayList<>();
  private long outstandingBytes;
  private long pooledBytes;

  /**
   * @param outstandingBytesMax lent bytes above which {@link #tryBorrow} refuses; at least two of
   *     the longest frame, as the beginning of one is kept while its whole array is borrowed
   * @param pooledBytesMax bytes kept for later
   */
  public FramePool(long outstandingBytesMax, long pooledBytesMax) {
    if (outstandingBytesMax < 2L * classBytes(CLASSES - 1)) {
      throw new IllegalArgumentException(
          "outstanding bytes " + outstandingBytesMax + " are below two of the longest frame");
    }
    if (pooledBytesMax < 0) {
      throw new IllegalArgumentException("pooled bytes " + pooledBytesMax + " is negative");
    }
    this.outstandingBytesMax = outstandingBytesMax;
    this.pooledBytesMax = pooledBytesMax;
    for (int i = 0; i < CLASSES; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  /** A pool that may lend a quarter of the heap, and at least 40 MiB, and keeps an eighth. */
  public static FramePool ofHeapShare() {
    long heapBytes = Runtime.getRuntime().maxMemory();
    return new FramePool(Math.max(heapBytes / 4, HEAP_SHARE_BYTES_MIN), heapBytes / 8);
  }

  /** One lent array. Close it exactly once; not thread-safe but for the hand-over of the caller. */
  public final class Buffer implements AutoCloseable {
    private final byte[] array;
    private final int sizeClass;
    private final int lengthBytes;
    private boolean open = true;

    private Buffer(byte[] array, int sizeClass, int lengthBytes) {
      this.array = array;
      this.sizeClass = sizeClass;
      this.lengthBytes = lengthBytes;
    }

    /** The array, at least {@link #lengthBytes} long; the bytes asked for are its first. */
    public byte[] array() {
      return array;
    }

    /** The length that was asked for. */
    public int lengthBytes() {
      return lengthBytes;
    }

    /** The bytes asked for, as a heap segment. */
    public MemorySegment segment() {
      return MemorySegment.ofArray(array).asSlice(0, lengthBytes);
    }

    /** Gives the array back; a second call throws, as it may be somebody else's by then. */
    @Override
    public void close() {
      List<Runnable> woken;
      synchronized (lock) {
        if (!open) {
          throw new IllegalStateException("the buffer was given back already");
        }
        open = false;
        outstandingBytes -= array.length;
        if (pooledBytes + array.length <= pooledBytesMax) {
          pooledBytes += array.length;
          free.get(sizeClass).push(array);
        }
        if (waiters.isEmpty()) {
          return;
        }
        woken = waiters;
        waiters = new ArrayList<>();
      }
      woken.forEach(Runnable::run);
    }
  }

  /**
   * Lends an array for a frame from the network, or nothing while too much is lent. Refused, {@code
   * retry} runs once, on the thread that gives the next array back, and must not block.
   */
  public Optional<Buffer> tryBorrow(int lengthBytes, Runnable retry) {
    int sizeClass = sizeClass(lengthBytes);
    Optional<byte[]> pooled;
    synchronized (lock) {
      long max = lengthBytes > SMALL_FRAME_BYTES ? largeBytesMax() : outstandingBytesMax;
      if (outstandingBytes + classBytes(sizeClass) > max) {
        waiters.add(retry);
        return Optional.empty();
      }
      pooled = reserve(sizeClass);
    }
    return Optional.of(buffer(pooled, sizeClass, lengthBytes));
  }

  /**
   * Lends an array for a frame of our own, even above the limit: who answers with much asks {@link
   * #hasRoom} before, what is under way bounds the rest, and a response that could not be built
   * would hold its request's memory. It counts as lent, so it holds back reading.
   */
  public Buffer borrow(int lengthBytes) {
    int sizeClass = sizeClass(lengthBytes);
    Optional<byte[]> pooled;
    synchronized (lock) {
      pooled = reserve(sizeClass);
    }
    return buffer(pooled, sizeClass, lengthBytes);
  }

  /**
   * True if payloads of {@code bytes} in all could be lent now, beside what is. If not, {@code
   * retry} runs once, as with {@link #tryBorrow}.
   */
  public boolean hasRoom(long bytes, Runnable retry) {
    synchronized (lock) {
      if (outstandingBytes + bytes <= largeBytesMax()) {
        return true;
      }
      waiters.add(retry);
      return false;
    }
  }

  private long largeBytesMax() {
    return outstandingBytesMax - outstandingBytesMax / 4;
  }

  /** Bytes lent out now. */
  public long outstandingBytes() {
    synchronized (lock) {
      return outstandingBytes;
    }
  }

  /** Bytes kept for later now. */
  public long pooledBytes() {
    synchronized (lock) {
      return pooledBytes;
    }
  }

  public long outstandingBytesMax() {
    return outstandingBytesMax;
  }

  private Optional<byte[]> reserve(int sizeClass) {
    outstandingBytes += classBytes(sizeClass);
    byte[] array = free.get(sizeClass).poll();
    if (array == null) {
      return Optional.empty();
    }
    pooledBytes -= array.length;
    return Optional.of(array);
  }

  /** Outside the lock, since a new array of megabytes takes a while to clear. */
  private Buffer buffer(Optional<byte[]> pooled, int sizeClass, int lengthBytes) {
    byte[] array = pooled.orElseGet(() -> new byte[classBytes(sizeClass)]);
    return new Buffer(array, sizeClass, lengthBytes);
  }

  private static int sizeClass(int lengthBytes) {
    if (lengthBytes < 0 || lengthBytes > FRAME_BYTES_MAX) {
      throw new IllegalArgumentException("no frame has " + lengthBytes + " bytes");
    }
    for (int i = 0; i < CLASSES; i++) {
      if (lengthBytes + TAIL_BYTES <= classBytes(i)) {
        return i;
      }
    }
    throw new AssertionError("the largest class holds the longest frame");
  }

  private static int classBytes(int sizeClass) {
    return sizeClass == CLASSES - 1
        ? FRAME_BYTES_MAX + TAIL_BYTES
        : (1 << (SMALLEST_SHIFT + sizeClass)) + HEADERS_BYTES;
  }
}
