package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.CacheGrant;
import org.sealane.smb.share.CacheListener;
import org.sealane.smb.share.CacheRequest;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

/** Files in memory, one directory, and a record of what was called. */
final class MemoryShare implements ShareBackend {
  static final long FILE_BYTES_MAX = 64 << 20;

  final Map<String, byte[]> files = new TreeMap<>();
  final List<String> calls = new ArrayList<>();

  /** For whom files were opened. */
  final List<String> users = new ArrayList<>();

  int opened;
  int closed;
  int readChunk = Integer.MAX_VALUE;
  Runnable beforeRead = () -> {};
  Runnable beforeCreate = () -> {};
  Runnable beforeWrite = () -> {};
  RuntimeException fault;

  /** Those who were granted what they wanted to cache. */
  final List<CacheListener> caching = new ArrayList<>();

  /** What LOCK comes to, one after the other; granted when there is none left. */
  final Deque<NtStatus> lockAnswers = new ArrayDeque<>();

  @Override
  public synchronized ShareOpen create(CreateParameters parameters, Caller caller)
      throws ShareException {
    beforeCreate.run();
    String name = parameters.path().wire();
    calls.add("create " + name + " by " + caller.node());
    users.add(caller.user());
    boolean directory = parameters.path().isRoot();
    boolean exists = directory || files.containsKey(name);
    CreateAction action =
        switch (parameters.disposition()) {
          case OPEN -> require(exists, NtStatus.OBJECT_NAME_NOT_FOUND, CreateAction.OPENED);
          case CREATE -> require(!exists, NtStatus.OBJECT_NAME_COLLISION, CreateAction.CREATED);
          case OPEN_IF -> exists ? CreateAction.OPENED : CreateAction.CREATED;
          case SUPERSEDE, OVERWRITE, OVERWRITE_IF -> CreateAction.OVERWRITTEN;
        };
    if (action != CreateAction.OPENED) {
      files.put(name, new byte[0]);
    }
    opened++;
    return new MemoryOpen(name, directory, action, parameters.has(CreateOptions.DELETE_ON_CLOSE));
  }

  private static CreateAction require(boolean condition, NtStatus status, CreateAction action)
      throws ShareException {
    if (!condition) {
      throw new ShareException(status, "as the test wants");
    }
    return action;
  }

  @Override
  public VolumeInformation volumeInformation() {
    return new VolumeInformation("memory", 0x1234, 1 << 20, 1 << 19, 4096);
  }

  synchronized int openNow() {
    return opened - closed;
  }

  synchronized byte[] file(String name) {
    return files.get(name).clone();
  }

  @Override
  public void close() {
    throw new AssertionError("the server closes no backend");
  }

  private final class MemoryOpen implements ShareOpen {
    private String name;
    private final boolean directory;
    private final CreateAction action;
    private boolean delete;
    private boolean isClosed;
    private int listed;

    MemoryOpen(String name, boolean directory, CreateAction action, boolean delete) {
      this.name = name;
      this.directory = directory;
      this.action = action;
      this.delete = delete;
    }

    @Override
    public CreateAction action() {
      return action;
    }

    @Override
    public FileInformation information() {
      synchronized (MemoryShare.this) {
        return describe(name, directory);
      }
    }

    private FileInformation describe(String of, boolean isDirectory) {
      long size = isDirectory ? 0 : files.getOrDefault(of, new byte[0]).length;
      Instant time = Instant.parse("2026-01-02T03:04:05Z");
      return new FileInformation(
          of,
          of.hashCode(),
          time,
          time,
          time,
          time,
          size,
          size,
          isDirectory ? FileAttributes.DIRECTORY : FileAttributes.ARCHIVE,
          1);
    }

    @Override
    public int read(long offset, MemorySegment into) throws ShareException {
      beforeRead.run();
      synchronized (MemoryShare.this) {
        requireOpen();
        if (fault != null) {
          throw fault;
        }
        if (directory) {
          throw new ShareException(NtStatus.INVALID_DEVICE_REQUEST, name);
        }
        byte[] file = files.get(name);
        if (file == null) {
          throw new ShareException(NtStatus.DELETE_PENDING, name);
        }
        if (into.byteSize() == 0) {
          return 0;
        }
        if (offset >= file.length) {
          throw new ShareException(NtStatus.END_OF_FILE, "at " + offset);
        }
        int count = (int) Math.min(Math.min(into.byteSize(), readChunk), file.length - offset);
        MemorySegment.copy(file, (int) offset, into, ValueLayout.JAVA_BYTE, 0, count);
        return count;
      }
    }

    @Override
    public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
      beforeWrite.run();
      synchronized (MemoryShare.this) {
        requireOpen();
        requireSize(offset + from.byteSize());
        calls.add("write " + offset + "+" + from.byteSize() + (writeThrough ? " through" : ""));
        int end = (int) (offset + from.byteSize());
        byte[] file = files.getOrDefault(name, new byte[0]);
        byte[] grown = Arrays.copyOf(file, Math.max(file.length, end));
        MemorySegment.copy(
            from, ValueLayout.JAVA_BYTE, 0, grown, (int) offset, (int) from.byteSize());
        files.put(name, grown);
      }
    }

    @Override
    public void flush() {
      synchronized (MemoryShare.this) {
        calls.add("flush");
      }
    }

    @Override
    public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit) {
      synchronized (MemoryShare.this) {
        listed = restart ? 0 : listed;
        List<FileInformation> entries =
            files.keySet().stream()
                .filter(file -> pattern.equals("*") || file.equals(pattern))
                .skip(listed)
                .limit(limit)
                .map(file -> describe(file, false))
                .toList();
        listed += entries.size();
        return entries;
      }
    }

    @Override
    public void setInformation(FileChange change) throws ShareException {
      synchronized (MemoryShare.this) {
        calls.add(change.getClass().getSimpleName());
        switch (change) {
          case FileChange.Rename rename -> {
            if (directory || files.containsKey(rename.to().wire())) {
              throw new ShareException(NtStatus.OBJECT_NAME_COLLISION, rename.to().wire());
            }
            files.put(
                rename.to().wire(), Optional.ofNullable(files.remove(name)).orElse(new byte[0]));
            name = rename.to().wire();
          }
          case FileChange.Disposition disposition -> delete = disposition.deletePending();
          case FileChange.EndOfFile end -> {
            requireSize(end.bytes());
            files.put(
                name, Arrays.copyOf(files.getOrDefault(name, new byte[0]), (int) end.bytes()));
          }
          case FileChange.Basic _, FileChange.Allocation _, FileChange.Sparse _ -> {}
        }
      }
    }

    @Override
    public List<Extent> allocatedRanges(long offset, long length) {
      return List.of(new Extent(0, 4096), new Extent(8192, 4096));
    }

    @Override
    public void zero(long offset, long length) {
      synchronized (MemoryShare.this) {
        calls.add("zero " + offset + "+" + length);
      }
    }

    @Override
    public void trim(long offset, long length) {
      synchronized (MemoryShare.this) {
        calls.add("trim " + offset + "+" + length);
      }
    }

    @Override
    public CacheGrant cache(CacheRequest asked) {
      caching.add(asked.listener());
      return new CacheGrant() {
        @Override
        public int state() {
          return asked.wanted();
        }

        @Override
        public int epoch() {
          return 1;
        }

        @Override
        public boolean isBreaking() {
          return false;
        }

        @Override
        public Answer acknowledge(int state) {
          return Answer.TAKEN;
        }
      };
    }

    @Override
    public void lock(List<RangeLock> locks) throws ShareException {
      synchronized (MemoryShare.this) {
        calls.add("lock " + locks.size());
        NtStatus answer = lockAnswers.isEmpty() ? NtStatus.SUCCESS : lockAnswers.remove();
        if (answer.isError()) {
          throw new ShareException(answer, name);
        }
      }
    }

    @Override
    public void unlock(List<ByteRange> ranges) {
      synchronized (MemoryShare.this) {
        calls.add("unlock " + ranges.size());
      }
    }

    @Override
    public void close() {
      synchronized (MemoryShare.this) {
        if (isClosed) {
          throw new IllegalStateException("closed twice");
        }
        isClosed = true;
        closed++;
        if (delete) {
          files.remove(name);
        }
      }
    }

    private void requireSize(long bytes) throws ShareException {
      if (directory || bytes > FILE_BYTES_MAX) {
        throw new ShareException(NtStatus.DISK_FULL, bytes + " bytes");
      }
    }

    private void requireOpen() throws ShareException {
      if (isClosed) {
        throw new ShareException(NtStatus.FILE_CLOSED, name);
      }
    }
  }
}
