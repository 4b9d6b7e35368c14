package org.sealane.smb.server;

import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.encryption.SessionKeys;

/**
 * Who a valid session's peer is, and its keys. The session and each exchange whose response the
 * keys protect hold it; the last to let go destroys the keys. Any thread may call.
 */
final class SessionSecurity {
  private final long sessionId;
  private final Principal peer;
  private final SessionKeys keys;
  private final AtomicInteger holders = new AtomicInteger(1);
  private volatile boolean proven;

  /** Takes ownership of {@code keys}, for its first holder. */
  SessionSecurity(long sessionId, Principal peer, SessionKeys keys) {
    this.sessionId = sessionId;
    this.peer = peer;
    this.keys = keys;
  }

  long sessionId() {
    return sessionId;
  }

  Principal peer() {
    return peer;
  }

  SessionKeys keys() {
    return keys;
  }

  /** True once the peer has shown, by one protected message, that it has the same keys. */
  boolean isProven() {
    return proven;
  }

  void proven() {
    proven = true;
  }

  void retain() {
    if (holders.getAndIncrement() == 0) {
      throw new IllegalStateException("the keys are destroyed");
    }
  }

  void release() {
    int left = holders.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("let go more often than held");
    }
    if (left == 0) {
      keys.close();
    }
  }
}
