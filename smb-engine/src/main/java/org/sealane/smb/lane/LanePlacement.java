package org.sealane.smb.lane;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.share.ShareException;

/**
 * Gives the opens of a lane to its new session, some at a time: the durable ones are claimed again;
 * those that the other node has lost are made again by path, if it is the same file. For one
 * thread.
 */
final class LanePlacement {
  /** Requests under way at a time: within the credits of a new session. */
  private static final int UNDER_WAY_MAX = 32;

  private final LaneSession session;
  private int remade;
  private int lost;

  LanePlacement(LaneSession session) {
    this.session = session;
  }

  /** Opens that were made again. */
  int remade() {
    return remade;
  }

  /** Opens that are lost for good; their next request says why. */
  int lost() {
    return lost;
  }

  /**
   * Blocks. Fails if the session is lost meanwhile; then all opens have to be placed on another.
   */
  void place(List<LaneOpen> opens) throws ShareException {
    for (int from = 0; from < opens.size(); from += UNDER_WAY_MAX) {
      List<LaneOpen> some = opens.subList(from, Math.min(opens.size(), from + UNDER_WAY_MAX));
      List<LaneOpen> missing = new ArrayList<>();
      List<LaneOpen.Claim> claims = some.stream().map(open -> open.claim(session)).toList();
      for (LaneOpen.Claim claim : claims) {
        if (!claim.await()) {
          missing.add(claim.open());
        }
      }
      for (LaneOpen open : missing) {
        switch (open.makeAgain(session)) {
          case MADE -> remade++;
          case LOST -> lost++;
          case CLOSED -> {}
        }
      }
    }
  }
}
