package org.sealane.smb.transport.tcp;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.sealane.smb.transport.FramePool;

/**
 * Cuts the byte stream of one connection into frames, [MS-SMB2] 2.1. Used on the connection's event
 * loop only, but for {@link #limit}.
 *
 * <p>A frame longer than {@link #FIRST_STAGE_BYTES} gets its full array only when that much of it
 * has arrived: a peer that announces 8 MiB and sends nothing costs 64 KiB.
 */
final class FrameDecoder implements AutoCloseable {
  /** What is lent on the announcement of a frame alone. */
  static final int FIRST_STAGE_BYTES = 64 << 10;

  private static final int PREFIX_BYTES = 4;

  /** What one call of {@link #decode} came to. */
  sealed interface Decoded {
    /** A whole frame; the receiver owns it. */
    record Frame(FramePool.Buffer buffer) implements Decoded {}

    /** The input is used up. */
    record NeedBytes() implements Decoded {}

    /** The pool lends nothing now; call again with the same input when it says so. */
    record NeedMemory() implements Decoded {}

    /** The peer broke the framing; the connection must be closed. */
    record Violation(String reason) implements Decoded {}
  }

  private static final Decoded NEED_BYTES = new Decoded.NeedBytes();
  private static final Decoded NEED_MEMORY = new Decoded.NeedMemory();

  private final FramePool pool;
  private final Runnable memoryReturned;
  private volatile int limitBytes = FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX;
  private int prefix;
  private int prefixBytes;
  private Optional<FramePool.Buffer> buffer = Optional.empty();
  private int received;

  /**
   * @param memoryReturned run once after each {@link Decoded.NeedMemory}, on any thread, when it is
   *     worth trying again
   */
  FrameDecoder(FramePool pool, Runnable memoryReturned) {
    this.pool = pool;
    this.memoryReturned = memoryReturned;
  }

  /** The longest frame accepted; checked when the next prefix is complete. */
  void limit(int bytes) {
    if (bytes < 0 || bytes > FramePool.FRAME_BYTES_MAX) {
      throw new IllegalArgumentException("frame limit " + bytes + " bytes");
    }
    limitBytes = bytes;
  }

  /** True while a frame has begun and is not complete. */
  boolean isWithinFrame() {
    return prefixBytes > 0;
  }

  /** Takes bytes of {@code in}, which stays the caller's, up to the end of one frame. */
  Decoded decode(ByteBuf in) {
    while (prefixBytes < PREFIX_BYTES) {
      if (!in.isReadable()) {
        return NEED_BYTES;
      }
      prefix = prefix << 8 | in.readUnsignedByte();
      prefixBytes++;
      if (prefixBytes == 1 && prefix != 0) {
        return new Decoded.Violation("first byte of a frame is " + prefix);
      }
      if (prefixBytes == PREFIX_BYTES && (prefix == 0 || prefix > limitBytes)) {
        return new Decoded.Violation(
            "frame of " + prefix + " bytes is not within 1.." + limitBytes);
      }
    }
    if (!hasRoom(in.readableBytes())) {
      return NEED_MEMORY;
    }
    FramePool.Buffer target = buffer.orElseThrow();
    while (received < prefix && in.isReadable()) {
      if (received == target.lengthBytes()) {
        if (!hasRoom(in.readableBytes())) {
          return NEED_MEMORY;
        }
        target = buffer.orElseThrow();
      }
      int count = Math.min(in.readableBytes(), target.lengthBytes() - received);
      in.readBytes(target.array(), received, count);
      received += count;
    }
    if (received < prefix) {
      return NEED_BYTES;
    }
    reset();
    return new Decoded.Frame(target);
  }

  /** Gives back the memory of a frame that will not be completed. */
  @Override
  public void close() {
    buffer.ifPresent(FramePool.Buffer::close);
    reset();
  }

  private void reset() {
    buffer = Optional.empty();
    prefix = 0;
    prefixBytes = 0;
    received = 0;
  }

  /** Sees to it that at least one more byte fits; false if the pool refused. */
  private boolean hasRoom(int available) {
    if (buffer.isPresent() && received < buffer.get().lengthBytes()) {
      return true;
    }
    boolean whole = prefix <= FIRST_STAGE_BYTES || received + available >= FIRST_STAGE_BYTES;
    Optional<FramePool.Buffer> larger =
        pool.tryBorrow(whole ? prefix : FIRST_STAGE_BYTES, memoryReturned);
    if (larger.isEmpty()) {
      return false;
    }
    buffer.ifPresent(smaller -> {
      System.arraycopy(smaller.array(), 0, larger.get().array(), 0, received);
      smaller.close();
    });
    buffer = larger;
    return true;
  }
}
