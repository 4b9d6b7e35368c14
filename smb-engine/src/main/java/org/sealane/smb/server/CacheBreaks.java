package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Breaks that a connection has to tell its client: each after the response that told it of the
 * open. No more are kept than there are CREATE requests under way. Owner thread.
 */
final class CacheBreaks {
  private final List<CacheBreak> early = new ArrayList<>();

  /** What is to be sent now; empty if it has to wait, or its open is closed meanwhile. */
  Optional<CacheBreak> add(CacheBreak broken) {
    if (isOver(broken)) {
      return Optional.empty();
    }
    if (!broken.open().isAnnounced()) {
      early.add(broken);
      return Optional.empty();
    }
    return Optional.of(broken);
  }

  /** A response was sent: what need wait no longer. */
  List<CacheBreak> announced() {
    if (early.isEmpty()) {
      return List.of();
    }
    early.removeIf(CacheBreaks::isOver);
    List<CacheBreak> ready = early.stream().filter(broken -> broken.open().isAnnounced()).toList();
    early.removeAll(ready);
    return ready;
  }

  /** The client gives up what it caches with the open, and its session knows. */
  private static boolean isOver(CacheBreak broken) {
    return broken.open().isOutOfTable() || !broken.session().isServed();
  }
}
