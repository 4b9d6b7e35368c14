package org.sealane.smb.server;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.lane.Level;

/**
 * Who a valid session's peer is, and its keys. The session and each exchange whose response the
 * keys protect hold it; the last to let go destroys the keys. Any thread may call.
 */
final class SessionSecurity {
  private final long sessionId;
  private final Principal peer;
  private final SessionKeys keys;
  private final Level levelMin;
  private final boolean encrypts;
  private final Optional<SessionSecurity> session;
  private final AtomicInteger holders = new AtomicInteger(1);
  private volatile boolean proven;

  /**
   * Takes ownership of {@code keys}, for its first holder.
   *
   * @param levelMin the weakest level of any of its requests
   * @param encrypts whether the peer can encrypt
   */
  SessionSecurity(
      long sessionId, Principal peer, SessionKeys keys, Level levelMin, boolean encrypts) {
    this(sessionId, peer, keys, levelMin, encrypts, Optional.empty());
  }

  private SessionSecurity(
      long sessionId,
      Principal peer,
      SessionKeys keys,
      Level levelMin,
      boolean encrypts,
      Optional<SessionSecurity> session) {
    this.sessionId = sessionId;
    this.peer = peer;
    this.keys = keys;
    this.levelMin = levelMin;
    this.encrypts = encrypts;
    this.session = session;
  }

  /**
   * The same on another channel of the session, which signs with its own key. Takes ownership of
   * {@code channelKeys}, and of one hold on this one that the caller has: cipher keys are shared.
   */
  SessionSecurity onChannel(SessionKeys channelKeys) {
    return new SessionSecurity(sessionId, peer, channelKeys, levelMin, encrypts, Optional.of(this));
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

  /** The weakest level of any request. */
  Level levelMin() {
    return levelMin;
  }

  /** Whether the peer can encrypt. */
  boolean encrypts() {
    return encrypts;
  }

  /** [MS-SMB2] 3.3.5.7: in 3.1.1 a TREE_CONNECT that is neither ends the connection. */
  boolean requiresSignedTreeConnect() {
    return keys.parameters().context() instanceof KeyContext.Smb311;
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
      session.ifPresent(SessionSecurity::release);
    }
  }
}
