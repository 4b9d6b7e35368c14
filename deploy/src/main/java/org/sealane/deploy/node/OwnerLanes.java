package org.sealane.deploy.node;

import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.csv.volume.Volumes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Lanes;

/**
 * Has this node's file lanes follow the owners of volumes that several nodes may own: a lane to a
 * node that owns its volume no more is given up, and what waits for an owner looks again. While a
 * volume has no owner its lanes stay, as the owner may come back. Nothing blocks.
 */
record OwnerLanes(Lanes lanes, Volumes volumes) {

  /** To be called after everything else has the view. */
  void follow(ClusterView view) {
    for (VolumeView volume : view.volumes()) {
      if (volume.candidates().size() > 1) {
        volume.owner().ifPresent(owner -> lanes.leaveOthers(volume.uuid(), LaneKind.CSV, owner));
      }
    }
    volumes.ownersChanged();
  }
}
