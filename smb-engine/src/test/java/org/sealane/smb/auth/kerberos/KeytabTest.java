package org.sealane.smb.auth.kerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.CredentialsException;

class KeytabTest {
  private static final int AES_256 = 18;
  private static final int RC4 = 23;

  /** One entry, as MIT's ktadd writes it. */
  private static byte[] entry(String realm, String host, int keyType, int keyBytes)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(2);
    counted(out, realm.getBytes(StandardCharsets.US_ASCII));
    counted(out, "cifs".getBytes(StandardCharsets.US_ASCII));
    counted(out, host.getBytes(StandardCharsets.US_ASCII));
    out.writeInt(1);
    out.writeInt(0);
    out.writeByte(3);
    out.writeShort(keyType);
    counted(out, new byte[keyBytes]);
    out.writeInt(3);
    return bytes.toByteArray();
  }

  private static void counted(DataOutputStream out, byte[] octets) throws IOException {
    out.writeShort(octets.length);
    out.write(octets);
  }

  private static byte[] keytab(byte[]... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(0x0502);
    for (byte[] entry : entries) {
      out.writeInt(entry.length);
      out.write(entry);
      // A hole, as a deleted entry leaves it.
      out.writeInt(-4);
      out.writeInt(0);
    }
    return bytes.toByteArray();
  }

  static byte[] good() throws IOException {
    return keytab(entry("R", "h1", AES_256, 32), entry("R", "h2", AES_256, 32));
  }

  @Test
  void shouldReadServicesKeysAndSkipHoles() throws Exception {
    Keytab keytab = Keytab.parse(good(), "file");

    assertThat(keytab.principals()).containsExactly("cifs/h1@R", "cifs/h2@R");
    assertThat(keytab.isOfRealm("R")).isTrue();
    assertThat(keytab.isOfRealm("S")).isFalse();
    assertThat(keytab.subject().getPrivateCredentials()).hasSize(2);
    assertThat(keytab).hasToString("Keytab[cifs/h1@R, cifs/h2@R]");
  }

  @Test
  void shouldSkipWeakKeysAndSayIfNoneIsLeft() throws Exception {
    byte[] weak = entry("R", "h1", RC4, 16);
    assertThat(Keytab.parse(keytab(weak, entry("R", "h2", AES_256, 32)), "file").principals())
        .containsExactly("cifs/h2@R");

    assertThatThrownBy(() -> Keytab.parse(keytab(weak), "file"))
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining("file: holds no AES key");
    assertThatThrownBy(() -> Keytab.parse(keytab(entry("R", "h1", AES_256, 16)), "file"))
        .isInstanceOf(CredentialsException.class);
  }

  @Test
  void shouldRefuseWhatIsNoWholeKeytab() throws Exception {
    byte[] whole = keytab(entry("R", "h1", AES_256, 32));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      // Behind the entry, only the hole is missing.
      if (length != whole.length - 8) {
        assertThatThrownBy(() -> Keytab.parse(cut, "file"))
            .as("%d bytes", length)
            .isInstanceOf(CredentialsException.class)
            .hasMessageStartingWith("file: ");
      }
    }
    assertThatThrownBy(() -> Keytab.parse(new byte[Keytab.BYTES_MAX + 1], "file"))
        .hasMessageContaining("longer than");
    assertThatThrownBy(() -> Keytab.parse(keytab(entry("R@S", "h1", AES_256, 32)), "file"))
        .isInstanceOf(CredentialsException.class);
  }

  @Test
  void shouldThrowNothingElseWhateverByteIsChanged() throws Exception {
    byte[] whole = good();
    for (int i = 0; i < whole.length; i++) {
      for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
        byte[] changed = whole.clone();
        changed[i] = (byte) value;
        try {
          assertThat(Keytab.parse(changed, "file").principals()).isNotEmpty();
        } catch (CredentialsException e) {
          assertThat(e.getMessage().lines()).hasSize(1);
        }
      }
    }
  }
}
