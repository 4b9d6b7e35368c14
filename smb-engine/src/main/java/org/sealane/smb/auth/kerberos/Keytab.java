package org.sealane.smb.auth.kerberos;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import org.sealane.smb.auth.CredentialsException;

/**
 * The keys of services in a keytab, MIT's file format of version 2. Only AES keys count; those of
 * RC4 and DES are skipped. Immutable; any thread may call.
 */
public final class Keytab {
  /** The longest file: hundreds of keys. */
  public static final int BYTES_MAX = 16 << 10;

  private static final int VERSION = 0x0502;
  private static final int COMPONENTS_MAX = 8;

  /** By number of [RFC 3961] 8: AES-CTS with HMAC-SHA1 ([RFC 3962]) and HMAC-SHA2 ([RFC 8009]). */
  private static final Map<Integer, Integer> KEY_BYTES = Map.of(17, 16, 18, 32, 19, 16, 20, 32);

  private final List<KerberosKey> keys;

  private Keytab(List<KerberosKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads a whole keytab.
   *
   * @param what names it in errors
   */
  public static Keytab parse(byte[] bytes, String what) throws CredentialsException {
    if (bytes.length > BYTES_MAX) {
      throw new CredentialsException(what + ": longer than " + BYTES_MAX + " bytes");
    }
    List<KerberosKey> keys = new ArrayList<>();
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      if (Short.toUnsignedInt(in.getShort()) != VERSION) {
        throw new CredentialsException(what + ": not a keytab of version 2");
      }
      while (in.hasRemaining()) {
        long size = in.getInt();
        // A negative size is a hole where an entry was deleted.
        if (size == 0 || Math.abs(size) > in.remaining()) {
          throw new CredentialsException(what + ": an entry ends behind the keytab");
        }
        ByteBuffer entry = in.slice(in.position(), (int) Math.abs(size));
        in.position(in.position() + (int) Math.abs(size));
        if (size > 0) {
          readEntry(entry, keys);
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // Messages of the JDK may quote the entry.
      throw new CredentialsException(what + ": not a whole keytab");
    }
    if (keys.isEmpty()) {
      throw new CredentialsException(
          what + ": holds no AES key (aes128-cts or aes256-cts) of a service");
    }
    return new Keytab(keys);
  }

  private static void readEntry(ByteBuffer entry, List<KerberosKey> keys) {
    int components = Short.toUnsignedInt(entry.getShort());
    if (components < 1 || components > COMPONENTS_MAX) {
      throw new IllegalArgumentException("components");
    }
    String realm = text(entry);
    List<String> name = new ArrayList<>();
    for (int i = 0; i < components; i++) {
      name.add(text(entry));
    }
    int nameType = entry.getInt();
    entry.getInt();
    int version = Byte.toUnsignedInt(entry.get());
    int keyType = Short.toUnsignedInt(entry.getShort());
    byte[] key = octets(entry);
    if (entry.remaining() >= Integer.BYTES) {
      int longVersion = entry.getInt();
      version = longVersion == 0 ? version : longVersion;
    }
    if (KEY_BYTES.getOrDefault(keyType, -1) == key.length) {
      keys.add(
          new KerberosKey(
              new KerberosPrincipal(String.join("/", name) + "@" + realm, nameType),
              key,
              keyType,
              version));
    }
    Arrays.fill(key, (byte) 0);
  }

  private static byte[] octets(ByteBuffer in) {
    byte[] octets = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(octets);
    return octets;
  }

  /** Names of services and realms are plain; others would need escapes that mean trouble. */
  private static String text(ByteBuffer in) {
    String text = new String(octets(in), StandardCharsets.US_ASCII);
    if (!text.matches("[A-Za-z0-9._$-]{1,255}")) {
      throw new IllegalArgumentException("name");
    }
    return text;
  }

  /** The services that it has keys of, as {@code cifs/host@REALM}. */
  public Set<String> principals() {
    return keys.stream()
        .map(key -> key.getPrincipal().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** True if it has a key of a service of that realm. */
  boolean isOfRealm(String realm) {
    return keys.stream().anyMatch(key -> key.getPrincipal().getRealm().equals(realm));
  }

  /** Whose keys GSS accepts tickets with. */
  Subject subject() {
    return new Subject(true, Set.of(), Set.of(), Set.copyOf(keys));
  }

  @Override
  public String toString() {
    return "Keytab" + principals();
  }
}
