package org.sealane.smb.server;

import java.util.Optional;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;

/** What the generic bits of a desired access come to for files, [MS-SMB2] 2.2.13.1.1. */
final class GrantedAccess {
  private static final int FILE_GENERIC_READ = 0x0012_0089;
  private static final int FILE_GENERIC_WRITE = 0x0012_0116;
  private static final int FILE_GENERIC_EXECUTE = 0x0012_00A0;

  private GrantedAccess() {}

  /**
   * The mask without generic bits, [MS-SMB2] 3.3.5.9. MAXIMUM_ALLOWED is all that the tree allows.
   *
   * @param maximalAccess the tree's
   * @return 0 if more is asked for than that
   */
  static int of(int desiredAccess, int maximalAccess) {
    int granted = desiredAccess & AccessMask.FILE_ALL_ACCESS;
    if ((desiredAccess & AccessMask.MAXIMUM_ALLOWED) != 0) {
      granted |= maximalAccess;
    }
    if ((desiredAccess & AccessMask.GENERIC_ALL) != 0) {
      granted |= AccessMask.FILE_ALL_ACCESS;
    }
    if ((desiredAccess & AccessMask.GENERIC_READ) != 0) {
      granted |= FILE_GENERIC_READ;
    }
    if ((desiredAccess & AccessMask.GENERIC_WRITE) != 0) {
      granted |= FILE_GENERIC_WRITE;
    }
    if ((desiredAccess & AccessMask.GENERIC_EXECUTE) != 0) {
      granted |= FILE_GENERIC_EXECUTE;
    }
    return (granted & ~maximalAccess) == 0 ? granted : 0;
  }

  /**
   * The disposition for a peer with these rights: who may not write may open what is there, and
   * nothing else. Empty if it may not have what it asks for.
   */
  static Optional<CreateDisposition> disposition(CreateDisposition asked, int maximalAccess) {
    if ((maximalAccess & AccessMask.FILE_WRITE_DATA) != 0) {
      return Optional.of(asked);
    }
    return switch (asked) {
      case OPEN, OPEN_IF -> Optional.of(CreateDisposition.OPEN);
      case SUPERSEDE, CREATE, OVERWRITE, OVERWRITE_IF -> Optional.empty();
    };
  }
}
