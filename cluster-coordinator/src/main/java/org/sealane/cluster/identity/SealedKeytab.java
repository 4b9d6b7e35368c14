package org.sealane.cluster.identity;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;

/** A keytab as documents carry it: sealed under the {@link DataKey}. Stateless. */
public final class SealedKeytab {
  private static final String USE = "keytab";

  private SealedKeytab() {}

  /** The document's content; sealing the same keytab twice gives two different ones. */
  public static DocumentContent.Keytab seal(
      DataKey key, UUID clusterId, byte[] keytab, SecureRandom random) {
    return new DocumentContent.Keytab(
        Base64.getEncoder().encodeToString(key.seal(USE, clusterId, keytab, random)));
  }

  /** The keytab, which is the caller's to erase; empty if none of the keys opens it. */
  public static Optional<byte[]> open(
      DocumentContent.Keytab content, UUID clusterId, Collection<DataKey> keys) {
    byte[] sealed = Base64.getDecoder().decode(content.sealed());
    return keys.stream().flatMap(key -> key.open(USE, clusterId, sealed).stream()).findFirst();
  }
}
