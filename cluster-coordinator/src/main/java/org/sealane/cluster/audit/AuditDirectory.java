package org.sealane.cluster.audit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node's log is on disk: {@code head.json} and segments {@code events-<first>.jsonl}. One
 * process at a time holds it. What is in it may have been changed by someone else. Any thread may
 * call.
 */
final class AuditDirectory implements AuditSource, AutoCloseable {
  private static final String HEAD = "head.json";
  private static final Pattern SEGMENT = Pattern.compile("events-([0-9]{19})\\.jsonl");

  /** More files than a node keeps are not its own; the first of them are enough to say so. */
  private static final int SEGMENTS_READ_MAX = ChainedAuditLog.SEGMENTS_MAX + 8;

  private final Path directory;
  private final FileChannel lock;

  private AuditDirectory(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /** Takes the directory for this process; it is made if it is missing. */
  static AuditDirectory open(Path directory) throws IOException {
    Files.createDirectories(directory);
    FileChannel lock =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw held(directory);
      }
      return new AuditDirectory(directory, lock);
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw held(directory);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private static IOException held(Path directory) {
    return new IOException(directory + " is in use by another process of this node");
  }

  @Override
  public Optional<byte[]> head() throws IOException {
    try (InputStream in = Files.newInputStream(directory.resolve(HEAD))) {
      return Optional.of(in.readNBytes(AuditHead.BYTES_MAX));
    } catch (NoSuchFileException _) {
      // There is none yet, or someone took it away: the reader decides.
      return Optional.empty();
    }
  }

  /** Puts a head in the place of the one before it; it is on disk on return. */
  void writeHead(byte[] sealed) throws IOException {
    Path next = directory.resolve(HEAD + ".next");
    try (FileChannel file =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(sealed);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(next, directory.resolve(HEAD), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  @Override
  public List<Segment> segments() throws IOException {
    List<Segment> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = SEGMENT.matcher(file.getFileName().toString());
        if (name.matches() && isSequence(name.group(1))) {
          segments.add(new Segment(Long.parseLong(name.group(1)), Files.size(file)));
        }
      }
    }
    segments.sort(Comparator.comparingLong(Segment::first));
    return segments.size() <= SEGMENTS_READ_MAX
        ? segments
        : List.copyOf(segments.subList(0, SEGMENTS_READ_MAX));
  }

  private static boolean isSequence(String digits) {
    return digits.compareTo(Long.toString(Long.MAX_VALUE)) <= 0;
  }

  Path file(long first) {
    return directory.resolve("events-%019d.jsonl".formatted(first));
  }

  /** At most {@link ChainedAuditLog#SEGMENT_READ_BYTES_MAX} of it. */
  @Override
  public InputStream open(Segment segment) throws IOException {
    return new ByteArrayInputStream(read(segment.first(), 0, segment.bytes()));
  }

  /** Bytes of a segment from {@code offset} on, fewer than asked for at its end. */
  byte[] read(long first, long offset, long bytes) throws IOException {
    int wanted = (int) Math.min(bytes, ChainedAuditLog.SEGMENT_READ_BYTES_MAX);
    try (InputStream in = Files.newInputStream(file(first))) {
      in.skipNBytes(Math.min(offset, Files.size(file(first))));
      return in.readNBytes(wanted);
    }
  }

  void delete(Segment segment) throws IOException {
    Files.deleteIfExists(file(segment.first()));
  }

  void truncate(Segment segment, long bytes) throws IOException {
    try (FileChannel file = FileChannel.open(file(segment.first()), StandardOpenOption.WRITE)) {
      file.truncate(bytes);
      file.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
