package org.sealane.cluster.member;

import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.LeaseRecord;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.Statement;

/**
 * Members, leases and owners as the store showed them last. Statements that their node's key does
 * not verify are left out and audited. Not thread-safe.
 */
final class Observed {
  private final UUID clusterId;
  private final DocumentFollower documents;
  private final Map<String, Registration> members = new TreeMap<>();
  private final Map<String, LeaseRecord> leases = new TreeMap<>();
  private final Map<UUID, Owner> owners = new HashMap<>();
  private final Map<String, Long> sessions = new HashMap<>();
  private final Verified<Registration> registrations = new Verified<>();
  private final Verified<LeaseRecord> leaseRecords = new Verified<>();
  private final ClusterPaths paths;
  private final StatementRefusals refusals;

  /** Who holds a volume's owner znode; {@code member} is empty if its statement is not valid. */
  record Owner(NodeStat stat, Optional<MemberId> member) {}

  Observed(
      UUID clusterId, ClusterPaths paths, DocumentFollower documents, StatementRefusals refusals) {
    this.clusterId = clusterId;
    this.paths = paths;
    this.documents = documents;
    this.refusals = refusals;
  }

  StatementRefusals refusals() {
    return refusals;
  }

  Map<String, Registration> members() {
    return members;
  }

  Map<String, LeaseRecord> leases() {
    return leases;
  }

  Map<UUID, Owner> owners() {
    return owners;
  }

  Map<String, MemberId> live() {
    Map<String, MemberId> live = new TreeMap<>();
    members.forEach((node, registration) -> live.put(node, registration.member()));
    return live;
  }

  /** All that are registered but {@code self}. */
  List<MemberId> others(String self) {
    return members.values().stream()
        .map(Registration::member)
        .filter(member -> !member.node().equals(self))
        .toList();
  }

  /**
   * Whether {@code self}'s entry is its session's and, if others can verify it, says what it wrote:
   * someone else may have written over it.
   */
  boolean isRegistered(MemberId self, boolean verifiable) {
    String node = self.node();
    boolean held = sessions.getOrDefault(node, 0L) == self.session();
    boolean intact = members.containsKey(node) && members.get(node).member().equals(self);
    return held && (intact || !verifiable);
  }

  /** Members and leases are about to be read anew. */
  void forgetMembers() {
    registrations.retain(sessions.keySet());
    leaseRecords.retain(leases.keySet());
    members.clear();
    sessions.clear();
    leases.clear();
  }

  void member(String node, StoreResult.Value value) {
    sessions.put(node, value.stat().ephemeralOwner());
    // The owner of the ephemeral is ZooKeeper's word, the session in it the node's.
    documents
        .enrolledKey(node)
        .flatMap(key ->
            registrations.read(
                node,
                value.data(),
                key,
                (data, by) -> Registration.decode(data, clusterId, node, by),
                why -> refusals.refuse(paths.node(node), value.data(), why)))
        .ifPresent(found -> {
          if (found.member().session() == value.stat().ephemeralOwner()) {
            members.put(node, found);
          } else {
            refusals.refuse(paths.node(node), value.data(), "made by another session");
          }
        });
  }

  void lease(String node, StoreResult.Value value) {
    documents
        .anyKey(node)
        .flatMap(key ->
            leaseRecords.read(
                node,
                value.data(),
                key,
                (data, by) -> Statement.decodeLease(data, clusterId, node, by),
                why -> refusals.refuse(paths.lease(node), value.data(), why)))
        .ifPresent(lease -> leases.put(node, lease));
  }

  /** Only a candidate may say that it owns the volume, and only for the session it is in. */
  void owner(UUID volume, List<String> candidates, StoreResult.Value value) {
    Owner known = owners.get(volume);
    if (known != null && known.member().isPresent() && known.stat().equals(value.stat())) {
      return;
    }
    Optional<MemberId> member =
        candidates.stream()
            .flatMap(node -> ownerStatement(volume, node, value.data()).stream())
            .filter(found -> found.session() == value.stat().ephemeralOwner())
            .findFirst();
    boolean verifiable = candidates.stream().anyMatch(node -> documents.anyKey(node).isPresent());
    if (member.isEmpty() && verifiable) {
      refusals.refuse(
          paths.owner(volume), value.data(), "of no candidate for this volume and session");
    }
    owners.put(volume, new Owner(value.stat(), member));
  }

  private Optional<MemberId> ownerStatement(UUID volume, String node, byte[] data) {
    Optional<PublicKey> key = documents.anyKey(node);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    try {
      Statement.Opened opened = Statement.open(data, clusterId, "owner", node, key.get());
      UUID named = opened.json().uuid("volume");
      opened.json().end();
      return named.equals(volume) ? Optional.of(opened.member()) : Optional.empty();
    } catch (MalformedJsonException e) {
      return Optional.empty();
    }
  }

  void noOwner(UUID volume) {
    owners.remove(volume);
  }
}
