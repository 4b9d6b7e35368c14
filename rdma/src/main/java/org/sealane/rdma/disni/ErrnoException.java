package org.sealane.rdma.disni;

import java.io.IOException;

/** A call of a native library failed with an errno of Linux. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1;

  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int EADDRINUSE = 98;

  private final int errno;

  public ErrnoException(String call, int errno) {
    super(call + ": errno " + errno);
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }
}
