package org.sealane.cluster.member;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.cluster.ownership.OwnerTerm;

/**
 * The backings this node has locked, and the terms in which it owns their volumes. Only on the
 * thread {@code cluster}, but for {@link #term}, which any may call.
 */
final class Backings implements AutoCloseable {
  private final UUID clusterId;
  private final List<Path> roots;
  private final BooleanSupplier leaseHeld;
  private final Map<UUID, BackingMarker> claimed = new HashMap<>();
  private final Map<UUID, OwnerTerm> terms = new ConcurrentHashMap<>();

  /**
   * @param leaseHeld whether this node's lease is good now, by the clock
   */
  Backings(UUID clusterId, List<Path> roots, BooleanSupplier leaseHeld) {
    this.clusterId = clusterId;
    this.roots = roots;
    this.leaseHeld = leaseHeld;
  }

  MemberEvent claim(UUID volume, String path) {
    try {
      BackingMarker marker = BackingMarker.claim(Path.of(path), roots, clusterId, volume);
      claimed.put(volume, marker);
      return new MemberEvent.BackingClaimed(volume, OptionalLong.of(marker.lastOwnerEpoch()), "");
    } catch (BackingException e) {
      return new MemberEvent.BackingClaimed(volume, OptionalLong.empty(), e.getMessage());
    }
  }

  MemberEvent record(UUID volume, long ownerEpoch, boolean leased) {
    BackingMarker marker = claimed.get(volume);
    if (marker == null) {
      return new MemberEvent.OwnerEpochRecorded(volume, ownerEpoch, false, "not claimed");
    }
    try {
      marker.record(ownerEpoch);
    } catch (BackingException e) {
      return new MemberEvent.OwnerEpochRecorded(volume, ownerEpoch, false, e.getMessage());
    }
    // Announced anew, the term goes on: nobody else can have owned the volume meanwhile.
    terms.computeIfAbsent(volume, _ -> new OwnerTerm(ownerEpoch, leased ? leaseHeld : () -> true));
    return new MemberEvent.OwnerEpochRecorded(volume, ownerEpoch, true, "");
  }

  /** The term in which the volume is owned now. */
  Optional<OwnerTerm> term(UUID volume) {
    return Optional.ofNullable(terms.get(volume));
  }

  /** Ends the term; completes when {@link #unlock} may be called, on any thread. */
  CompletionStage<Void> end(UUID volume, boolean inOrder) {
    OwnerTerm term = terms.remove(volume);
    return term == null ? CompletableFuture.completedStage(null) : term.end(inOrder);
  }

  void unlock(UUID volume) {
    BackingMarker marker = claimed.remove(volume);
    if (marker != null) {
      marker.close();
    }
  }

  @Override
  public void close() {
    terms.values().forEach(term -> term.end(true));
    terms.clear();
    claimed.values().forEach(BackingMarker::close);
    claimed.clear();
  }
}
