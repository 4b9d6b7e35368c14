package org.sealane.deploy.node;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.CacheGrant;
import org.sealane.smb.share.CacheRequest;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.NtStatus;

/**
 * A volume's directory without the marker that says whose backing it is: to users of the volume
 * there is no such file, and none can be made under its name.
 */
final class BackedShare implements ShareBackend {
  private final ShareBackend directory;

  /** Owns {@code directory} from now on. */
  BackedShare(ShareBackend directory) {
    this.directory = directory;
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    refuseMarker(parameters.path());
    ShareOpen open = directory.create(parameters, caller);
    return new MarkerlessOpen(open, parameters.path().isRoot());
  }

  private static void refuseMarker(SharePath path) throws ShareException {
    if (!path.isRoot() && isMarker(path.components().getFirst())) {
      throw new ShareException(
          NtStatus.ACCESS_DENIED, path.components().getFirst() + " is the volume's own");
    }
  }

  private static boolean isMarker(String name) {
    return name.equalsIgnoreCase(BackingMarker.FILE_NAME);
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    return directory.volumeInformation();
  }

  @Override
  public void close() {
    directory.close();
  }

  /** An open whose listings leave the marker out, and that can not be renamed to it. */
  private record MarkerlessOpen(ShareOpen open, boolean isRoot) implements ShareOpen {
    @Override
    public CreateAction action() {
      return open.action();
    }

    @Override
    public FileInformation information() throws ShareException {
      return open.information();
    }

    @Override
    public int read(long offset, MemorySegment into) throws ShareException {
      return open.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
      open.write(offset, from, writeThrough);
    }

    @Override
    public void flush() throws ShareException {
      open.flush();
    }

    @Override
    public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
        throws ShareException {
      List<FileInformation> entries = open.queryDirectory(pattern, restart, limit);
      if (!isRoot || entries.stream().noneMatch(entry -> isMarker(entry.name()))) {
        return entries;
      }
      List<FileInformation> shown =
          entries.stream().filter(entry -> !isMarker(entry.name())).toList();
      // Empty means that there are no more, which is not known yet.
      return shown.isEmpty() ? open.queryDirectory(pattern, false, limit) : shown;
    }

    @Override
    public void setInformation(FileChange change) throws ShareException {
      if (change instanceof FileChange.Rename rename) {
        refuseMarker(rename.to());
      }
      open.setInformation(change);
    }

    @Override
    public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
      return open.allocatedRanges(offset, length);
    }

    @Override
    public void zero(long offset, long length) throws ShareException {
      open.zero(offset, length);
    }

    @Override
    public void trim(long offset, long length) throws ShareException {
      open.trim(offset, length);
    }

    @Override
    public Changes changes(WatchRequest watch) throws ShareException {
      Changes changes = open.changes(watch);
      if (!isRoot) {
        return changes;
      }
      return new Changes(
          changes.events().stream()
              .filter(event -> !isMarker(event.path().components().getFirst()))
              .toList(),
          changes.incomplete());
    }

    @Override
    public CacheGrant cache(CacheRequest asked) throws ShareException {
      return open.cache(asked);
    }

    @Override
    public void lock(List<RangeLock> locks) throws ShareException {
      open.lock(locks);
    }

    @Override
    public void unlock(List<ByteRange> ranges) throws ShareException {
      open.unlock(ranges);
    }

    @Override
    public void close() throws ShareException {
      open.close();
    }

    @Override
    public void abandon() throws ShareException {
      open.abandon();
    }
  }
}
