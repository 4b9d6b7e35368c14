package org.sealane.smb.server;

import java.util.Set;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiatedConnection;

/**
 * What a client must be able to do to be served, [MS-SMB2] 3.3.1.5 and 3.3.1.6. Whether everything
 * is encrypted is {@link ServerSettings#sessionLevel}'s to say, whether a share is, {@link
 * ShareResolver.Granted#encryptData}'s.
 *
 * @param dialects those spoken; not empty. With more than 3.1.1, SMB1's multi-protocol NEGOTIATE is
 *     answered too
 * @param requireSigning whether what is not encrypted must be signed
 * @param rejectUnencryptedAccess whether clients that can not encrypt are kept out of what is to be
 *     encrypted; if not, they get it unencrypted
 */
public record AccessRules(
    Set<Dialect> dialects, boolean requireSigning, boolean rejectUnencryptedAccess) {

  /** Nodes among themselves: the newest dialect; levels are the trees'. */
  public static final AccessRules STRICT = new AccessRules(Set.of(Dialect.SMB_3_1_1), false, true);

  public AccessRules {
    dialects = Set.copyOf(dialects);
    if (dialects.isEmpty()) {
      throw new IllegalArgumentException("dialects: at least one is needed");
    }
  }

  /** True if older clients may begin with SMB1's NEGOTIATE. */
  boolean answersMultiProtocol() {
    return dialects.size() > 1;
  }

  /**
   * [MS-SMB2] 3.3.5.5, 3.3.5.7: whether the client of a connection can encrypt. In 3.1.1 the
   * contexts alone do not say so: the client must also have set the capability.
   */
  static boolean canEncrypt(NegotiatedConnection connection) {
    return connection.cipher().isPresent()
        && connection.peerCapabilities().has(Capabilities.ENCRYPTION);
  }

  /** The weakest level of a session's requests that need not be encrypted. */
  Level levelWithoutEncryption(Level sessionLevel, NegotiatedConnection connection) {
    boolean sign =
        requireSigning
            || sessionLevel == Level.SIGN
            || connection.peerSecurityMode().signingRequired();
    return sign ? Level.SIGN : Level.CLEAR;
  }
}
