package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.ntlm.NtHash;

class UserAccountTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final UUID ID = new UUID(1, 2);

  private final DataKey key = DataKey.create(RANDOM);

  @TempDir private Path directory;

  private static UserAccount anna() {
    return new UserAccount(ID, "anna", NtHash.of("secret".toCharArray()));
  }

  @Test
  void shouldOpenWhatItSealed() {
    UserAccount opened = UserAccount.open(ID, anna().seal(key, RANDOM), key).orElseThrow();

    assertThat(opened.name()).isEqualTo("anna");
    assertThat(opened.ntHash().use(byte[]::clone)).isEqualTo(anna().ntHash().use(byte[]::clone));
  }

  @Test
  void shouldShowNothingOfTheAccountInWhatIsSealed() {
    byte[] sealed = Base64.getDecoder().decode(anna().seal(key, RANDOM).sealed());

    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("anna");
    assertThat(anna().seal(key, RANDOM)).isNotEqualTo(anna().seal(key, RANDOM));
  }

  @Test
  void shouldNotOpenUnderAnotherKeyOrForAnotherUser() {
    DocumentContent.User sealed = anna().seal(key, RANDOM);

    assertThat(UserAccount.open(ID, sealed, DataKey.create(RANDOM))).isEmpty();
    assertThat(UserAccount.open(new UUID(1, 3), sealed, key)).isEmpty();
  }

  @Test
  void shouldNotOpenWhenAnyByteIsChangedOrMissing() {
    byte[] sealed = Base64.getDecoder().decode(anna().seal(key, RANDOM).sealed());
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(open(changed)).as("byte %d", i).isEmpty();
      if (i > 0) {
        assertThat(open(java.util.Arrays.copyOf(sealed, i))).as("length %d", i).isEmpty();
      }
    }
  }

  private java.util.Optional<UserAccount> open(byte[] sealed) {
    String text = Base64.getEncoder().encodeToString(sealed);
    return UserAccount.open(ID, new DocumentContent.User(text), key);
  }

  @Test
  void shouldRefuseNamesThatAreNone() {
    for (String name : new String[] {"", "a b", "a\\b", "-a", "a".repeat(64), "ä"}) {
      assertThatIllegalArgumentException()
          .as(name)
          .isThrownBy(() -> new UserAccount(ID, name, NtHash.of(new char[0])));
    }
  }

  @Test
  void shouldReadBackTheStoredKeyAndNeverQuoteIt() throws Exception {
    DataKeyRoot root = DataKeyRoot.create(RANDOM);
    root.store(directory);
    DocumentContent.User sealed = anna().seal(root.key(3), RANDOM);

    assertThat(UserAccount.open(ID, sealed, DataKeyRoot.load(directory).key(3))).isPresent();
    assertThat(key.toString()).isEqualTo("DataKey");
    assertThatThrownBy(() -> DataKey.parse("c2VjcmV0", "file"))
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining("file")
        .hasMessageNotContaining("c2VjcmV0");
    assertThatThrownBy(() -> root.store(directory)).isInstanceOf(CredentialsException.class);
  }
}
