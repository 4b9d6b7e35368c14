package org.sealane.rdma.verbs;

/** Rights to registered memory, as {@code ibv_access_flags}. Local reading is always allowed. */
public enum Access {
  /** The device may write it for this process: receives, and the target of an RDMA READ. */
  LOCAL_WRITE(1),
  /** A peer may write it; needs {@link #LOCAL_WRITE}. */
  REMOTE_WRITE(2),
  /** A peer may read it. */
  REMOTE_READ(4),
  /** Memory windows may be bound to it. */
  WINDOW_BIND(16);

  private final int flag;

  Access(int flag) {
    this.flag = flag;
  }

  /** The bit of {@code ibv_access_flags}. */
  public int flag() {
    return flag;
  }
}
