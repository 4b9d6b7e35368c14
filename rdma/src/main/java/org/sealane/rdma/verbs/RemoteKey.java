package org.sealane.rdma.verbs;

/** An rkey, the steering tag that a peer's rights to memory are tied to. */
public record RemoteKey(int value) {
  @Override
  public String toString() {
    return "rkey 0x" + Integer.toHexString(value);
  }
}
