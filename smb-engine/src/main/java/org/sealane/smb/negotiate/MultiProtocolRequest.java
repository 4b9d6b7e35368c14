package org.sealane.smb.negotiate;

import java.util.List;

/**
 * SMB_COM_NEGOTIATE of SMB1, [MS-SMB2] 3.3.5.3: how clients begin that may speak SMB1, too. The
 * only message of SMB1 that is read.
 *
 * @param dialects names offered, in order
 */
public record MultiProtocolRequest(List<String> dialects) {
  /** The client speaks some SMB2 and will say which. */
  public static final String SMB_2_WILDCARD = "SMB 2.???";

  /** The client speaks SMB 2.0.2. */
  public static final String SMB_2_002 = "SMB 2.002";

  public MultiProtocolRequest {
    dialects = List.copyOf(dialects);
  }
}
