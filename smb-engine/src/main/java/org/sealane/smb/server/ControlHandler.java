package org.sealane.smb.server;

import org.sealane.smb.auth.Principal;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/**
 * Answers IOCTLs of a tree that name no file (FileId all ones): how the two ends of a lane exchange
 * signed policy state. The server passes on only requests that came encrypted, and answers them
 * encrypted. Called on worker threads, several at a time; may block.
 */
@FunctionalInterface
public interface ControlHandler {
  /** Knows no code. */
  ControlHandler NONE =
      (peer, code, input) -> {
        throw new ShareException(
            NtStatus.INVALID_DEVICE_REQUEST, "no control code is known on this tree");
      };

  /**
   * Handles one control code.
   *
   * @param peer the authenticated peer
   * @param code the CtlCode field, [MS-SMB2] 2.2.31
   * @param input the request's input buffer, the receiver's to keep
   * @return the response's output buffer; more than the client allowed for is refused with
   *     STATUS_BUFFER_TOO_SMALL
   */
  byte[] control(Principal peer, int code, byte[] input) throws ShareException;
}
