package org.sealane.smb.lane;

import java.util.Optional;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/** The share at the other end of a lane. Holds the lane only while something is open on it. */
final class LaneShare implements ShareBackend {
  private final Lanes lanes;
  private final LaneKey key;

  LaneShare(Lanes lanes, LaneKey key) {
    this.lanes = lanes;
    this.key = key;
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    return LaneOpen.create(lanes.lane(key), parameters, Optional.of(caller));
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    CreateParameters root =
        new CreateParameters(
            SharePath.ROOT,
            AccessMask.FILE_READ_ATTRIBUTES,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN,
            0);
    try (LaneOpen open = LaneOpen.create(lanes.lane(key), root, Optional.empty())) {
      return open.volumeInformation();
    }
  }

  /** The lane is not the share's to close. */
  @Override
  public void close() {}
}
