package org.sealane.smb.server;

import java.net.InetSocketAddress;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.NtStatus;

/** Something on one connection that an administrator should know. */
public sealed interface ServerEvent {
  /** The number Windows gives the like of it in SmbServer/Operational, or 0 where it has none. */
  default int windowsId() {
    return 0;
  }

  /** The connection's number, as in logs. */
  long connectionId();

  InetSocketAddress peer();

  /** SMB1 was spoken to the server, which drops it. */
  record Smb1Refused(long connectionId, InetSocketAddress peer) implements ServerEvent {
    @Override
    public int windowsId() {
      return 1001;
    }
  }

  /**
   * Bytes in flight were changed, or someone tried a downgrade: NEGOTIATE was repeated, or the
   * first protected message did not fit the keys that preauthentication integrity gave.
   */
  record TamperingSuspected(long connectionId, InetSocketAddress peer, String evidence)
      implements ServerEvent {
    @Override
    public int windowsId() {
      return 1005;
    }
  }

  /** A request on a tree came at a weaker level than the tree accepts; it was refused. */
  record WeakRequestRefused(
      long connectionId, InetSocketAddress peer, String principal, String tree, Level level)
      implements ServerEvent {
    @Override
    public int windowsId() {
      return 1003;
    }
  }

  /**
   * A client that can not encrypt came to what is to be encrypted.
   *
   * @param tree the share; empty where the whole server is to be encrypted
   * @param dialect empty where the share is meant
   * @param refused false if rules let it in unencrypted
   */
  record UnencryptedAccess(
      long connectionId,
      InetSocketAddress peer,
      String principal,
      String tree,
      String dialect,
      boolean refused)
      implements ServerEvent {
    @Override
    public int windowsId() {
      return 1003;
    }
  }

  /** An authentication was refused. */
  record AuthenticationRefused(long connectionId, InetSocketAddress peer, String reason)
      implements ServerEvent {}

  /** A session became valid. */
  record SessionEstablished(long connectionId, InetSocketAddress peer, String principal)
      implements ServerEvent {}

  /** A TREE_CONNECT was refused. */
  record TreeRefused(
      long connectionId,
      InetSocketAddress peer,
      String principal,
      String path,
      NtStatus status,
      String reason)
      implements ServerEvent {}

  /** The peer broke a rule whose breach ends the connection. */
  record ProtocolViolation(long connectionId, InetSocketAddress peer, String what)
      implements ServerEvent {}

  /** A limit of {@link ServerSettings} turned something away. */
  record LimitReached(long connectionId, InetSocketAddress peer, String limit, long value)
      implements ServerEvent {}
}
