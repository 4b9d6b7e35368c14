package org.sealane.smb.io;

import java.util.List;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.share.CreateAction;

/**
 * SMB2 CREATE response, [MS-SMB2] 2.2.14.
 *
 * @param oplockLevel the level granted, as its code
 * @param flags {@link #FLAG_REPARSEPOINT} or 0
 * @param action what was done
 * @param file the file's times, sizes and attributes
 * @param fileId the new open
 * @param contexts in the order of the message
 */
public record CreateResponse(
    int oplockLevel,
    int flags,
    CreateAction action,
    FileNetworkOpenInformation file,
    FileId fileId,
    List<CreateContext> contexts) {

  public static final int FLAG_REPARSEPOINT = 0x01;

  public CreateResponse {
    contexts = List.copyOf(contexts);
  }
}
