package org.sealane.smb.share;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.Optional;

/**
 * What the file system tells of a file.
 *
 * @param size in bytes
 * @param allocated storage in use, in bytes
 * @param blockBytes the unit that storage comes in
 * @param links hard links to it
 * @param birth when it was made, where the file system keeps that
 */
record FileStatus(
    FileKey key,
    Kind kind,
    long size,
    long allocated,
    int blockBytes,
    int links,
    Instant lastAccess,
    Instant lastWrite,
    Instant change,
    Optional<Instant> birth) {

  /** What may be served and what may not. */
  enum Kind {
    FILE,
    DIRECTORY,
    /** A symbolic link, device, pipe or socket: never opened. */
    OTHER
  }

  /** st_blocks counts in these whatever the block size is. */
  private static final int STAT_BLOCK_BYTES = 512;

  // struct statx, linux/stat.h: the same on every processor.
  private static final int MASK_OFFSET = 0;
  private static final int BLKSIZE_OFFSET = 4;
  private static final int NLINK_OFFSET = 16;
  private static final int MODE_OFFSET = 28;
  private static final int INO_OFFSET = 32;
  private static final int SIZE_OFFSET = 40;
  private static final int BLOCKS_OFFSET = 48;
  private static final int ATIME_OFFSET = 64;
  private static final int BTIME_OFFSET = 80;
  private static final int CTIME_OFFSET = 96;
  private static final int MTIME_OFFSET = 112;
  private static final int DEV_MAJOR_OFFSET = 136;
  private static final int DEV_MINOR_OFFSET = 140;
  private static final int STATX_BTIME = 0x800;

  private static final int S_IFMT = 0xF000;
  private static final int S_IFDIR = 0x4000;
  private static final int S_IFREG = 0x8000;

  boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }

  static FileStatus ofStatx(MemorySegment statx) {
    long device =
        Integer.toUnsignedLong(statx.get(ValueLayout.JAVA_INT, DEV_MAJOR_OFFSET)) << 32
            | Integer.toUnsignedLong(statx.get(ValueLayout.JAVA_INT, DEV_MINOR_OFFSET));
    boolean born = (statx.get(ValueLayout.JAVA_INT, MASK_OFFSET) & STATX_BTIME) != 0;
    return new FileStatus(
        new FileKey(device, statx.get(ValueLayout.JAVA_LONG, INO_OFFSET)),
        kindOf(statx.get(ValueLayout.JAVA_SHORT, MODE_OFFSET)),
        statx.get(ValueLayout.JAVA_LONG, SIZE_OFFSET),
        statx.get(ValueLayout.JAVA_LONG, BLOCKS_OFFSET) * STAT_BLOCK_BYTES,
        statx.get(ValueLayout.JAVA_INT, BLKSIZE_OFFSET),
        statx.get(ValueLayout.JAVA_INT, NLINK_OFFSET),
        time(statx, ATIME_OFFSET),
        time(statx, MTIME_OFFSET),
        time(statx, CTIME_OFFSET),
        born ? Optional.of(time(statx, BTIME_OFFSET)) : Optional.empty());
  }

  static Kind kindOf(int mode) {
    return switch (mode & S_IFMT) {
      case S_IFREG -> Kind.FILE;
      case S_IFDIR -> Kind.DIRECTORY;
      default -> Kind.OTHER;
    };
  }

  private static Instant time(MemorySegment statx, int offset) {
    return Instant.ofEpochSecond(
        statx.get(ValueLayout.JAVA_LONG, offset),
        Integer.toUnsignedLong(statx.get(ValueLayout.JAVA_INT, offset + Long.BYTES)));
  }
}
