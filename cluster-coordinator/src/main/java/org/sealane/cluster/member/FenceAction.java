package org.sealane.cluster.member;

import java.util.concurrent.CompletionStage;
import org.sealane.cluster.turn.MemberId;

/** Cuts every lane between this node and a process that has gone. */
@FunctionalInterface
public interface FenceAction {
  /**
   * Resets this node's sockets to and from {@code departed.node()} that were opened before now,
   * moves those queue pairs to error and deregisters their regions. Completes when nothing can pass
   * over them any more; completing exceptionally makes the member ask again. Called on the thread
   * {@code cluster}; must not block it. May be called again for the same member.
   */
  CompletionStage<Void> fence(MemberId departed);
}
