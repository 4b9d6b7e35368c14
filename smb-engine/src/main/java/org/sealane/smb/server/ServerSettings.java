package org.sealane.smb.server;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * What an administrator decides about one listener. Immutable; each {@code with} gives a changed
 * copy.
 *
 * @param serverGuid the ServerGuid of NEGOTIATE, the same for all listeners of a process
 * @param ciphers accepted ciphers, most wanted first; may be empty, then nothing can be encrypted
 * @param signing accepted signing algorithms, most wanted first; not empty
 * @param sessionLevel the weakest level of any request after SESSION_SETUP, whatever its tree
 *     accepts; {@code ENCRYPT} also sets SMB2_SESSION_FLAG_ENCRYPT_DATA
 * @param access what clients must be able to do
 * @param limits values that differ from the defaults
 */
public record ServerSettings(
    UUID serverGuid,
    List<CipherId> ciphers,
    List<SigningAlgorithm> signing,
    Level sessionLevel,
    AccessRules access,
    Map<Limit, Integer> limits) {

  public ServerSettings {
    ciphers = List.copyOf(ciphers);
    signing = List.copyOf(signing);
    limits = Map.copyOf(limits);
    if (signing.isEmpty()) {
      throw new IllegalArgumentException("signing: at least one algorithm is needed");
    }
    if (sessionLevel == Level.ENCRYPT && ciphers.isEmpty()) {
      throw new IllegalArgumentException("ciphers: sessions that encrypt need one");
    }
    limits.forEach(Limit::requireInRange);
  }

  /** Every cipher and algorithm, 128-bit GCM and GMAC first; trees alone decide the level. */
  public static ServerSettings defaults(UUID serverGuid) {
    return new ServerSettings(
        serverGuid,
        List.of(
            CipherId.AES_128_GCM, CipherId.AES_256_GCM, CipherId.AES_128_CCM, CipherId.AES_256_CCM),
        List.of(SigningAlgorithm.AES_GMAC, SigningAlgorithm.AES_CMAC, SigningAlgorithm.HMAC_SHA256),
        Level.CLEAR,
        AccessRules.STRICT,
        Map.of());
  }

  public ServerSettings withCiphers(List<CipherId> newCiphers) {
    return new ServerSettings(serverGuid, newCiphers, signing, sessionLevel, access, limits);
  }

  public ServerSettings withSigning(List<SigningAlgorithm> newSigning) {
    return new ServerSettings(serverGuid, ciphers, newSigning, sessionLevel, access, limits);
  }

  public ServerSettings withSessionLevel(Level newLevel) {
    return new ServerSettings(serverGuid, ciphers, signing, newLevel, access, limits);
  }

  public ServerSettings withAccess(AccessRules newAccess) {
    return new ServerSettings(serverGuid, ciphers, signing, sessionLevel, newAccess, limits);
  }

  /** Sets one limit; refuses a value outside its range. */
  public ServerSettings with(Limit limit, int value) {
    Map<Limit, Integer> changed = new EnumMap<>(Limit.class);
    changed.putAll(limits);
    changed.put(limit, value);
    return new ServerSettings(serverGuid, ciphers, signing, sessionLevel, access, changed);
  }

  /** The value of {@code limit} in force. */
  public int limit(Limit limit) {
    return limits.getOrDefault(limit, limit.defaultValue());
  }

  /** Whether sessions may be bound to more connections; clients are told so. */
  boolean multichannel() {
    return limit(Limit.CHANNELS_PER_SESSION) > 1;
  }
}
