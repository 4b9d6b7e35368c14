package org.sealane.smb.lane;

import java.util.List;
import java.util.UUID;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * What one epoch of a volume's policy asks of its lanes of one kind. A value: it comes verified
 * from outside, the lane only obeys it.
 *
 * @param volume the volume's UUID
 * @param kind the lanes it governs
 * @param epoch the policy's number; grows with each change
 * @param level the level that payloads must have at least
 * @param ciphers offered by the client in this order and the only ones a server accepts; not empty
 * @param signing offered by the client in this order and the only ones a server accepts; not empty
 * @param transport which transports may carry the lane
 * @param rekey when the lane takes new keys
 */
public record LanePolicy(
    UUID volume,
    LaneKind kind,
    long epoch,
    Level level,
    List<CipherId> ciphers,
    List<SigningAlgorithm> signing,
    TransportPreference transport,
    RekeyLimits rekey) {

  public LanePolicy {
    ciphers = List.copyOf(ciphers);
    signing = List.copyOf(signing);
    if (ciphers.isEmpty() || signing.isEmpty()) {
      throw new IllegalArgumentException("a policy names at least one cipher and one algorithm");
    }
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch " + epoch + " is negative");
    }
  }

  /** The same policy with another level. */
  public LanePolicy atLevel(Level other) {
    return new LanePolicy(volume, kind, epoch, other, ciphers, signing, transport, rekey);
  }

  /** The policy of a volume for which no valid document is known: sealed, with every cipher. */
  public static LanePolicy failSealed(UUID volume, LaneKind kind) {
    return new LanePolicy(
        volume,
        kind,
        0,
        Level.ENCRYPT,
        List.of(CipherId.AES_128_GCM, CipherId.AES_256_GCM),
        List.of(SigningAlgorithm.AES_GMAC),
        TransportPreference.RDMA_PREFERRED,
        RekeyLimits.DEFAULT);
  }
}
