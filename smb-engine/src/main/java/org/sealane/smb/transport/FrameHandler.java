package org.sealane.smb.transport;

import java.util.Optional;

/** Receives what happens on one connection. Called only on its owner thread; must not block. */
public interface FrameHandler {
  /** One whole message arrived. The handler owns the frame and releases it exactly once. */
  void onFrame(InboundFrame frame);

  /**
   * The connection is gone; nothing is called after this. Empty cause: closed in order by the peer.
   */
  void onClosed(Optional<Throwable> cause);

  /**
   * False while the connection's queue of unsent bytes is over its limit, true when it has fallen
   * again. A handler that answers requests reads no further ones while it is false.
   */
  void onWritable(boolean writable);
}
