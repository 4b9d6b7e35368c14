package org.sealane.rdma.disni;

import java.io.IOException;
import org.sealane.rdma.verbs.MemoryWindow;
import org.sealane.rdma.verbs.RemoteKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A type 2 memory window; its owner chooses the low byte of each new key. */
final class DisniWindow implements MemoryWindow {
  private static final Logger LOG = LoggerFactory.getLogger(DisniWindow.class);
  private static final int CHOSEN = 0xFF;

  private final DisniVerbs verbs;
  private final DisniExtensions.Window window;
  private volatile RemoteKey key;
  private boolean closed;

  DisniWindow(DisniVerbs verbs, DisniExtensions.Window window) {
    this.verbs = verbs;
    this.window = window;
    this.key = new RemoteKey(window.key());
  }

  DisniVerbs verbs() {
    return verbs;
  }

  DisniExtensions.Window window() {
    return window;
  }

  /** What the next bind makes the key; the old one stays without rights for 255 binds. */
  int nextKey() {
    int last = key.value();
    return last & ~CHOSEN | (last + 1) & CHOSEN;
  }

  /** A bind with that key was posted. */
  void bound(int next) {
    verbs.windowKeys().remove(key.value());
    window.key(next);
    key = new RemoteKey(next);
    verbs.windowKeys().add(next);
  }

  @Override
  public RemoteKey key() {
    return key;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    verbs.windowKeys().remove(key.value());
    try {
      window.free();
    } catch (IOException e) {
      LOG.error("rdma memory window not freed: {}", e.getMessage());
    }
  }
}
