package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.auth.CredentialsException;

class AdminKeyTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] PAYLOAD = "{\"epoch\":1}".getBytes();

  @TempDir private Path directory;

  private static boolean verifies(PublicKey key, byte[] payload, byte[] signature)
      throws Exception {
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(key);
    verifier.update(payload);
    return verifier.verify(signature);
  }

  @Test
  void shouldSignWhatItsPublicKeyVerifies() throws Exception {
    AdminKey key = AdminKey.create(RANDOM);

    byte[] signature = key.sign(PAYLOAD);

    assertThat(signature).hasSize(64);
    assertThat(verifies(key.publicKey(), PAYLOAD, signature)).isTrue();
    assertThat(verifies(key.publicKey(), "{\"epoch\":2}".getBytes(), signature)).isFalse();
    assertThat(verifies(AdminKey.create(RANDOM).publicKey(), PAYLOAD, signature)).isFalse();
  }

  @Test
  void shouldBeTheSameAfterBeingStored() throws Exception {
    AdminKey key = AdminKey.create(RANDOM);
    key.store(directory);

    AdminKey loaded = AdminKey.load(directory);

    assertThat(loaded.publicKey()).isEqualTo(key.publicKey());
    assertThat(loaded.sign(PAYLOAD)).isEqualTo(key.sign(PAYLOAD));
    assertThat(Files.getPosixFilePermissions(directory.resolve("admin.key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void shouldReplaceNoKey() throws Exception {
    AdminKey.create(RANDOM).store(directory);

    assertThatThrownBy(() -> AdminKey.create(RANDOM).store(directory))
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining("admin.key: exists already");
  }

  @Test
  void shouldRefuseAPublicKeyOfAnotherKey() throws Exception {
    AdminKey.create(RANDOM).store(directory);
    Path other = directory.resolve("other");
    AdminKey.create(RANDOM).store(other);
    Files.copy(
        other.resolve("admin.pub"),
        directory.resolve("admin.pub"),
        StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> AdminKey.load(directory))
        .hasMessage(
            directory.resolve("admin.key") + ": not the key of " + directory.resolve("admin.pub"));
  }

  @Test
  void shouldNotQuoteAFileThatIsNoKey() throws Exception {
    AdminKey.create(RANDOM).store(directory);
    Files.writeString(
        directory.resolve("admin.key"),
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");

    assertThatThrownBy(() -> AdminKey.load(directory))
        .hasMessage(directory.resolve("admin.key") + ": not an Ed25519 private key in PKCS#8")
        .hasNoCause();
  }

  @Test
  void shouldRefuseAFileThatIsFarTooLong() throws Exception {
    Files.writeString(directory.resolve("admin.key"), "x".repeat(300_000));

    assertThatThrownBy(() -> AdminKey.load(directory))
        .hasMessageEndingWith("longer than 262144 bytes");
  }
}
