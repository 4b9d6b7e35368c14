package org.sealane.cluster.document;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The committed epochs at the time a join bundle was made. A node that remembers nothing yet
 * refuses anything older, so an old ZooKeeper can not be played to it.
 *
 * @param epochs the epoch of each object that was committed then
 */
public record EpochFloor(Map<ObjectKey, Long> epochs) {
  public static final EpochFloor NONE = new EpochFloor(Map.of());

  public EpochFloor {
    epochs = Map.copyOf(epochs);
  }

  /** The floor of whoever has seen that these are committed. */
  public static EpochFloor of(Collection<VerifiedDocument> committed) {
    return new EpochFloor(
        committed.stream()
            .collect(
                Collectors.toMap(
                    document -> document.document().key(), VerifiedDocument::epoch, Math::max)));
  }

  public OptionalLong of(ObjectKey key) {
    Long epoch = epochs.get(key);
    return epoch == null ? OptionalLong.empty() : OptionalLong.of(epoch);
  }
}
