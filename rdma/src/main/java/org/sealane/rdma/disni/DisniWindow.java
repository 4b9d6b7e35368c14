package org.sealane.rdma.disni;

import java.io.IOException;
import java.util.Optional;
import org.sealane.rdma.verbs.MemoryWindow;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.VerbsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A type 2 memory window; its owner chooses the low byte of each new key.
 *
 * <p>When the queue pair it was last bound through is closed, the device's window is replaced by a
 * new one: that ends its rights whatever its state, and a queue pair of Soft-RoCE that windows are
 * bound through can not be destroyed.
 */
final class DisniWindow implements MemoryWindow {
  private static final Logger LOG = LoggerFactory.getLogger(DisniWindow.class);
  private static final int CHOSEN = 0xFF;

  private final DisniVerbs verbs;
  private volatile RemoteKey key;

  // Guarded by this.
  private Optional<DisniExtensions.Window> window;
  private Optional<DisniQueuePair> boundBy = Optional.empty();
  private boolean closed;

  DisniWindow(DisniVerbs verbs) throws IOException {
    this.verbs = verbs;
    DisniExtensions.Window made = verbs.extensions().allocateWindow(verbs.domain());
    this.window = Optional.of(made);
    this.key = new RemoteKey(made.key());
  }

  DisniVerbs verbs() {
    return verbs;
  }

  /** The device's window, for a bind that is about to be posted. */
  synchronized DisniExtensions.Window window() throws VerbsException {
    return window.orElseThrow(() ->
        new VerbsException(VerbsException.Kind.CLOSED, "the device has no such window any more"));
  }

  /** What the next bind makes the key; the old one stays without rights for 255 binds. */
  static int nextKey(DisniExtensions.Window window) {
    return window.key() & ~CHOSEN | (window.key() + 1) & CHOSEN;
  }

  /** A bind with that key was posted. */
  synchronized void bound(DisniExtensions.Window by, int next, DisniQueuePair queuePair) {
    verbs.windowKeys().remove(key.value());
    by.key(next);
    key = new RemoteKey(next);
    boundBy = Optional.of(queuePair);
    verbs.windowKeys().add(next);
  }

  /** A queue pair is about to be destroyed. */
  synchronized void unbind(DisniQueuePair queuePair) {
    if (closed || boundBy.isEmpty() || boundBy.get() != queuePair) {
      return;
    }
    release();
    try {
      window = Optional.of(verbs.extensions().allocateWindow(verbs.domain()));
    } catch (IOException e) {
      LOG.error("rdma memory window lost: {}", e.getMessage());
    }
  }

  private void release() {
    verbs.windowKeys().remove(key.value());
    boundBy = Optional.empty();
    try {
      if (window.isPresent()) {
        window.get().free();
      }
    } catch (IOException e) {
      LOG.error("rdma memory window not freed: {}", e.getMessage());
    }
    window = Optional.empty();
  }

  @Override
  public RemoteKey key() {
    return key;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      release();
      verbs.closed(this);
    }
  }
}
