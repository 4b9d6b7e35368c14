package org.sealane.cluster.identity;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.ntlm.NtHash;

/**
 * A user's account in the clear: name, and the hash that NTLM proves a password with. In documents
 * it stands sealed under the {@link DataKey}, name and all.
 *
 * @param ntHash 16 bytes; the record's holder closes it
 */
public record UserAccount(UUID id, String name, SessionSecret ntHash) {
  /** The most characters of a name. */
  public static final int NAME_CHARS_MAX = 63;

  private static final String USE = "user";

  public UserAccount {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw new IllegalArgumentException(
          "user name '" + name + "': letters, digits, '.', '_', '-', at most " + NAME_CHARS_MAX);
    }
  }

  /** The document's content; sealing the same account twice gives two different ones. */
  public DocumentContent.User seal(DataKey key, SecureRandom random) {
    byte[] encoded = name.getBytes(StandardCharsets.US_ASCII);
    byte[] plaintext = new byte[NtHash.LENGTH + encoded.length];
    ntHash.use(hash -> {
      System.arraycopy(hash, 0, plaintext, 0, NtHash.LENGTH);
      return null;
    });
    System.arraycopy(encoded, 0, plaintext, NtHash.LENGTH, encoded.length);
    byte[] sealed = key.seal(USE, id, plaintext, random);
    Arrays.fill(plaintext, (byte) 0);
    return new DocumentContent.User(Base64.getEncoder().encodeToString(sealed));
  }

  /** As {@link #open(UUID, DocumentContent.User, DataKey)} with the first key that fits. */
  public static Optional<UserAccount> open(
      UUID id, DocumentContent.User user, Collection<DataKey> keys) {
    return keys.stream().flatMap(key -> open(id, user, key).stream()).findFirst();
  }

  /** The account of the document {@code id}; empty if it was not sealed under {@code key}. */
  public static Optional<UserAccount> open(UUID id, DocumentContent.User user, DataKey key) {
    return key.open(USE, id, Base64.getDecoder().decode(user.sealed()))
        .filter(plaintext -> plaintext.length > NtHash.LENGTH)
        .map(plaintext -> {
          String name =
              new String(
                  plaintext,
                  NtHash.LENGTH,
                  plaintext.length - NtHash.LENGTH,
                  StandardCharsets.US_ASCII);
          SessionSecret hash = new SessionSecret(Arrays.copyOf(plaintext, NtHash.LENGTH));
          Arrays.fill(plaintext, (byte) 0);
          return new UserAccount(id, name, hash);
        });
  }
}
