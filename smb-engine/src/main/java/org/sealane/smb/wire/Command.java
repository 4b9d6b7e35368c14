package org.sealane.smb.wire;

import java.util.Optional;

/** SMB2 commands in the order of their codes, [MS-SMB2] 2.2.1.2. */
public enum Command {
  NEGOTIATE,
  SESSION_SETUP,
  LOGOFF,
  TREE_CONNECT,
  TREE_DISCONNECT,
  CREATE,
  CLOSE,
  FLUSH,
  READ,
  WRITE,
  LOCK,
  IOCTL,
  CANCEL,
  ECHO,
  QUERY_DIRECTORY,
  CHANGE_NOTIFY,
  QUERY_INFO,
  SET_INFO,
  OPLOCK_BREAK;

  private static final Command[] BY_CODE = values();

  /** The 16-bit code on the wire. */
  public int code() {
    return ordinal();
  }

  public static Optional<Command> ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
  }
}
