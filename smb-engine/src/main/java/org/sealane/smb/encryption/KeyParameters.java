package org.sealane.smb.encryption;

import java.util.Optional;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * What besides the secret decides a session's keys, fixed by NEGOTIATE and SESSION_SETUP.
 *
 * @param context the dialect, and what the keys are bound to
 * @param cipher Connection.CipherId; empty if the connection has none, or if the session is a
 *     guest's or anonymous
 * @param signing Connection.SigningAlgorithmId
 * @param role which end this process is
 * @param sessionId the session, as it stands in each sealed message
 */
public record KeyParameters(
    KeyContext context,
    Optional<CipherId> cipher,
    SigningAlgorithm signing,
    Role role,
    long sessionId) {

  public KeyParameters {
    // [MS-SMB2] 3.1.4.1: SMB 2.x signs with one algorithm and has no encryption.
    if (context instanceof KeyContext.Smb2
        && (signing != SigningAlgorithm.HMAC_SHA256 || cipher.isPresent())) {
      throw new IllegalArgumentException("SMB 2 has HMAC-SHA256, and nothing that encrypts");
    }
    // [MS-SMB2] 3.1.4.1, 3.1.4.3: SMB 3.0.x knows one of each.
    if (context instanceof KeyContext.Smb30
        && (signing != SigningAlgorithm.AES_CMAC
            || cipher.filter(id -> id != CipherId.AES_128_CCM).isPresent())) {
      throw new IllegalArgumentException("SMB 3.0 has AES-CMAC and AES-128-CCM, nothing else");
    }
  }
}
