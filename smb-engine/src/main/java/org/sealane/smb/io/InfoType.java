package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;

/** What QUERY_INFO and SET_INFO are about, [MS-SMB2] 2.2.37. */
public enum InfoType {
  FILE,
  FILESYSTEM,
  SECURITY,
  QUOTA;

  private static final InfoType[] BY_ORDINAL = values();

  /** The 8-bit code on the wire. */
  public int code() {
    return ordinal() + 1;
  }

  static InfoType decode(int code, long offset) throws MalformedMessageException {
    if (code < FILE.code() || code > QUOTA.code()) {
      throw new MalformedMessageException("InfoType", offset, "1 to 4", code);
    }
    return BY_ORDINAL[code - 1];
  }
}
