package org.sealane.deploy.node;

import java.util.List;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ForwardingShareOpen;
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
  private static final class MarkerlessOpen extends ForwardingShareOpen {
    private final boolean isRoot;

    MarkerlessOpen(ShareOpen open, boolean isRoot) {
      super(open);
      this.isRoot = isRoot;
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
  }
}
