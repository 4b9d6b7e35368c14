package org.sealane.smb.io;

import java.util.List;
import org.sealane.smb.share.CreateDisposition;

/**
 * SMB2 CREATE request, [MS-SMB2] 2.2.13.
 *
 * @param requestedOplockLevel {@link #OPLOCK_LEVEL_NONE} or another level as its code
 * @param impersonationLevel 0 anonymous to 3 delegate, not checked here
 * @param desiredAccess access mask
 * @param fileAttributes attributes of a file that is created
 * @param shareAccess what others may do meanwhile
 * @param disposition what to do if the file exists or not
 * @param createOptions bits of {@code CreateOptions}
 * @param name path below the share, not checked here; empty is the root
 * @param contexts in the order of the message
 */
public record CreateRequest(
    int requestedOplockLevel,
    int impersonationLevel,
    int desiredAccess,
    int fileAttributes,
    int shareAccess,
    CreateDisposition disposition,
    int createOptions,
    String name,
    List<CreateContext> contexts) {

  public static final int OPLOCK_LEVEL_NONE = 0x00;
  public static final int OPLOCK_LEVEL_LEASE = 0xFF;

  /** ImpersonationLevel that clients commonly send. */
  public static final int IMPERSONATION = 2;

  public CreateRequest {
    contexts = List.copyOf(contexts);
  }
}
