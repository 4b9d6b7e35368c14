package org.sealane.smb.tree;

import java.util.Optional;

/** ShareType of a TREE_CONNECT response, [MS-SMB2] 2.2.10. */
public enum ShareType {
  DISK(0x01),
  PIPE(0x02),
  PRINT(0x03);

  private final int code;

  ShareType(int code) {
    this.code = code;
  }

  /** The 8-bit value on the wire. */
  public int code() {
    return code;
  }

  public static Optional<ShareType> ofCode(int code) {
    for (ShareType type : values()) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
