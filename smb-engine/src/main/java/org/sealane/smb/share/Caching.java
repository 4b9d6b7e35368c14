package org.sealane.smb.share;

/**
 * What a client may keep of a file instead of asking for it, as bits: the lease states of [MS-SMB2]
 * 2.2.13.2.8. Which of them go together is {@link #sensible}'s to say.
 */
public final class Caching {
  public static final int NONE = 0;

  /** What it has read. */
  public static final int READ = 1;

  /** The file open, after its program has closed it. */
  public static final int HANDLE = 2;

  /** What it has written. */
  public static final int WRITE = 4;

  public static final int ALL = READ | HANDLE | WRITE;

  private Caching() {}

  /** As much of it as is of use: without {@link #READ} nothing is. */
  static int sensible(int state) {
    return (state & READ) == 0 ? NONE : state & ALL;
  }

  /** True if {@code state} has nothing that {@code keep} has not. */
  static boolean isWithin(int state, int keep) {
    return (state & ~keep) == 0;
  }
}
