package org.sealane.smb.lane;

/** What a lane carries. */
public enum LaneKind {
  /** File traffic of a Cluster Shared Volume. */
  CSV,
  /** Block traffic of the storage bus layer: disks of the volume. */
  SBL;

  /** The word used in documents, JSON and on the command line. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
