package org.sealane.rdma.software;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Access to words that other processes read and write too, in native order, and to the files they
 * lie in.
 */
final class Shared {
  static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final int FILL_BYTES = 1 << 20;

  private Shared() {}

  /**
   * Makes a file of zeros and maps it. It is written, not only sized: a page that the file system
   * has no room for would end the process when it is touched.
   */
  static MemorySegment create(Path file, long bytes, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(bytes, FILL_BYTES));
      for (long at = 0; at < bytes; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
        at += channel.write(zeros, at);
      }
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    }
  }

  /** Maps a whole file that another process made. */
  static MemorySegment open(Path file, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
    }
  }

  static int getInt(MemorySegment at, long offset) {
    return (int) INT.getVolatile(at, offset);
  }

  static void setInt(MemorySegment at, long offset, int value) {
    INT.setVolatile(at, offset, value);
  }

  static long getLong(MemorySegment at, long offset) {
    return (long) LONG.getVolatile(at, offset);
  }

  static void setLong(MemorySegment at, long offset, long value) {
    LONG.setVolatile(at, offset, value);
  }
}
