package org.sealane.smb.share;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Positional reads and writes between a file and memory segments, complete or failed. Any thread
 * may call; the channel stays its owner's.
 */
public final class FileBytes {
  /**
   * The channel copies heap memory through a direct buffer of the request's size. At this size that
   * buffer stays in the processor's second-level cache, and what a thread keeps of it stays small.
   */
  private static final int CHUNK_BYTES = 128 << 10;

  private FileBytes() {}

  /** Reads until {@code into} is full or the file ends, and returns how many bytes. */
  public static long read(FileChannel channel, long offset, MemorySegment into) throws IOException {
    long done = 0;
    while (done < into.byteSize()) {
      int count = channel.read(chunk(into, done), offset + done);
      if (count < 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  /** Writes all of {@code from}. */
  public static void write(FileChannel channel, long offset, MemorySegment from)
      throws IOException {
    long done = 0;
    while (done < from.byteSize()) {
      done += channel.write(chunk(from, done), offset + done);
    }
  }

  private static ByteBuffer chunk(MemorySegment segment, long done) {
    return segment.asSlice(done, Math.min(CHUNK_BYTES, segment.byteSize() - done)).asByteBuffer();
  }
}
