package org.sealane.smb.client;

import java.net.InetSocketAddress;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;

/** Something on one connection that an administrator should know. */
public sealed interface ClientEvent {
  /** The number Windows gives the like of it, or 0 where it has none. */
  default int windowsId() {
    return 0;
  }

  /** The connection's number, as in logs. */
  long connectionId();

  InetSocketAddress peer();

  /**
   * Bytes in flight were changed, or the two ends derived different keys: a signature is wrong, or
   * a sealed message does not open.
   */
  record TamperingSuspected(long connectionId, InetSocketAddress peer, String evidence)
      implements ClientEvent {
    @Override
    public int windowsId() {
      return 1005;
    }
  }

  /** A response came at a weaker level than its request or its tree allows; it was dropped. */
  record WeakResponseRefused(
      long connectionId, InetSocketAddress peer, Command command, Level required, Level actual)
      implements ClientEvent {}

  /** The peer broke another rule whose breach ends the connection. */
  record ProtocolViolation(long connectionId, InetSocketAddress peer, String what)
      implements ClientEvent {}

  /** An authentication failed on either side. */
  record AuthenticationFailed(long connectionId, InetSocketAddress peer, String reason)
      implements ClientEvent {}
}
