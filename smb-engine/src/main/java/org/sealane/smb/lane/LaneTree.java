package org.sealane.smb.lane;

/** The names of the trees on the lane listener. */
public final class LaneTree {
  /** The share that holds a node's disks of the lane's volume. */
  private static final String SBL_SHARE = "SBL$";

  private LaneTree() {}

  /**
   * The one share that a lane with this binding may connect: the volume's UUID, or {@code SBL$}.
   */
  public static String shareName(LaneBinding binding) {
    return switch (binding.kind()) {
      case CSV -> binding.volume().toString();
      case SBL -> SBL_SHARE;
    };
  }

  /** The path of TREE_CONNECT for the lane, {@code \\server\share}. */
  public static String path(LaneBinding binding) {
    return "\\\\" + binding.serverNode() + "\\" + shareName(binding);
  }
}
