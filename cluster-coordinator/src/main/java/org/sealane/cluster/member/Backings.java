package org.sealane.cluster.member;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.cluster.ownership.BackingMarker;

/** The backings this node has locked. Only on the thread {@code cluster}. */
final class Backings implements AutoCloseable {
  private final UUID clusterId;
  private final List<Path> roots;
  private final Map<UUID, BackingMarker> claimed = new HashMap<>();

  Backings(UUID clusterId, List<Path> roots) {
    this.clusterId = clusterId;
    this.roots = roots;
  }

  MemberEvent claim(UUID volume, String path) {
    release(volume);
    try {
      BackingMarker marker = BackingMarker.claim(Path.of(path), roots, clusterId, volume);
      claimed.put(volume, marker);
      return new MemberEvent.BackingClaimed(volume, OptionalLong.of(marker.lastOwnerEpoch()), "");
    } catch (BackingException e) {
      return new MemberEvent.BackingClaimed(volume, OptionalLong.empty(), e.getMessage());
    }
  }

  MemberEvent record(UUID volume, long ownerEpoch) {
    BackingMarker marker = claimed.get(volume);
    if (marker == null) {
      return new MemberEvent.OwnerEpochRecorded(volume, ownerEpoch, false, "not claimed");
    }
    try {
      marker.record(ownerEpoch);
      return new MemberEvent.OwnerEpochRecorded(volume, ownerEpoch, true, "");
    } catch (BackingException e) {
      return new MemberEvent.OwnerEpochRecorded(volume, ownerEpoch, false, e.getMessage());
    }
  }

  void release(UUID volume) {
    BackingMarker marker = claimed.remove(volume);
    if (marker != null) {
      marker.close();
    }
  }

  @Override
  public void close() {
    claimed.values().forEach(BackingMarker::close);
    claimed.clear();
  }
}
