package org.sealane.rdma.disni;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvSendWR;

/** The request that binds a memory window, which DiSNI's requests do not know. */
public final class BindWr extends IbvSendWR {
  static final int OPCODE = 8;

  private final DisniExtensions.Window window;
  private final int key;
  private final IbvMr region;
  private final long address;
  private final int length;
  private final int access;

  BindWr(
      DisniExtensions.Window window, int key, IbvMr region, long address, int length, int access) {
    this.window = window;
    this.key = key;
    this.region = region;
    this.address = address;
    this.length = length;
    this.access = access;
    setOpcode(OPCODE);
  }

  public DisniExtensions.Window window() {
    return window;
  }

  /** The key that the bind gives the window. */
  public int key() {
    return key;
  }

  public IbvMr region() {
    return region;
  }

  public long address() {
    return address;
  }

  public int length() {
    return length;
  }

  /** Bits of {@code ibv_access_flags}. */
  public int access() {
    return access;
  }
}
