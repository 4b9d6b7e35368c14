package org.sealane.rdma.software;

import org.sealane.rdma.verbs.MemoryWindow;
import org.sealane.rdma.verbs.RemoteKey;

/** An entry of the key table that is granted and revoked by work requests. */
final class SoftwareWindow implements MemoryWindow {
  private final SoftwareVerbs verbs;
  private final int entry;
  private volatile RemoteKey key = new RemoteKey(0);
  private boolean open = true;

  SoftwareWindow(SoftwareVerbs verbs, int entry) {
    this.verbs = verbs;
    this.entry = entry;
  }

  SoftwareVerbs verbs() {
    return verbs;
  }

  int entry() {
    return entry;
  }

  void key(RemoteKey bound) {
    this.key = bound;
  }

  synchronized boolean isOpen() {
    return open;
  }

  @Override
  public RemoteKey key() {
    return key;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
    }
    verbs.keys().free(entry);
    verbs.awaitPeersIdle();
  }
}
