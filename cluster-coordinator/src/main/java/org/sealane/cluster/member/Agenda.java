package org.sealane.cluster.member;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.store.ClusterPaths;

/** What has changed in the store and was not read yet. Not thread-safe. */
final class Agenda {
  private final ClusterPaths paths;
  private final Set<ObjectKey> documents = new HashSet<>();
  private final Set<UUID> owners = new HashSet<>();
  private boolean everything;
  private boolean members;
  private boolean ledger;

  Agenda(ClusterPaths paths) {
    this.paths = paths;
  }

  void everything() {
    everything = true;
  }

  /** Entries or leases; running turns are looked at again too. */
  void members() {
    members = true;
  }

  /** Running turns. */
  void ledger() {
    ledger = true;
  }

  void document(ObjectKey key) {
    documents.add(key);
  }

  void owners(Set<UUID> volumes) {
    owners.addAll(volumes);
  }

  /** Notes what a change at {@code path} means. */
  void changed(String path) {
    String root = paths.root() + "/";
    if (!path.startsWith(root)) {
      return;
    }
    String[] parts = path.substring(root.length()).split("/");
    switch (parts[0]) {
      case "nodes" -> members = true;
      case "turns" -> ledger = true;
      case "volumes" -> {
        if (parts.length > 1) {
          uuid(parts[1]).ifPresent(owners::add);
        }
      }
      case "documents" -> {
        // Deeper down is the history, which never changes what is in force.
        if (parts.length == 3) {
          DocumentKind.ofWord(parts[1])
              .ifPresent(kind -> {
                uuid(parts[2]).ifPresent(object -> documents.add(new ObjectKey(kind, object)));
                // Who registered before its enrolment was known is a member by it.
                members |= kind == DocumentKind.NODE;
              });
        }
      }
      default -> everything = true;
    }
  }

  /** Whether a document changed since the round began. */
  boolean hasDocuments() {
    return everything || !documents.isEmpty();
  }

  boolean isEmpty() {
    return !everything && !members && !ledger && documents.isEmpty() && owners.isEmpty();
  }

  /** Takes all that is noted, as what a round has to read. */
  Round.Scope take() {
    Round.Scope scope =
        new Round.Scope(everything, Set.copyOf(documents), members, Set.copyOf(owners));
    everything = false;
    members = false;
    ledger = false;
    documents.clear();
    owners.clear();
    return scope;
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
