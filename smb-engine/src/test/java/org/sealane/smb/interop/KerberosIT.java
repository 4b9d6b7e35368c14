package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.kerberos.Keytab;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.server.ServerEvent;

/** Users with tickets of MIT's KDC, through smbclient. */
class KerberosIT {
  @TempDir private static Path realmDirectory;

  private static KerberosRealm realm;
  private static Keytab keytab;

  @TempDir private Path directory;

  @BeforeAll
  static void startRealm() throws Exception {
    SmbClientTool.require();
    KerberosRealm.require();
    realm = KerberosRealm.start(realmDirectory);
    keytab = Keytab.parse(Files.readAllBytes(realm.keytab()), "keytab");
  }

  @AfterAll
  static void stopRealm() {
    if (realm != null) {
      realm.close();
    }
  }

  private ClientFixture serve(Supplier<Optional<Keytab>> keys) throws Exception {
    return ClientFixture.withKerberos(
        directory, settings -> settings.withCiphers(List.of(CipherId.values())), keys);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AES-128-GCM", "AES-256-GCM", "AES-128-CCM", "AES-256-CCM"})
  void shouldCarryFilesForATicketUnderEachCipher(String cipher) throws Exception {
    try (ClientFixture fixture = serve(() -> Optional.of(keytab))) {
      byte[] content = new byte[300_001];
      new Random(7).nextBytes(content);
      Path local = Files.write(directory.resolve("local"), content);
      Path ticket = realm.ticket("anna");

      fixture
          .smbclient
          .runKerberos(
              realm,
              ticket,
              "sealed",
              "put " + local + " copy; get copy back",
              "--option=client smb3 encryption algorithms = " + cipher)
          .succeeded();

      assertThat(directory.resolve("client/back")).hasBinaryContent(content);
      assertThat(fixture.events(ServerEvent.SessionEstablished.class))
          .extracting(ServerEvent.SessionEstablished::principal)
          .contains("anna");
    }
  }

  @Test
  void shouldRefuseAPrincipalThatIsNoAccount() throws Exception {
    try (ClientFixture fixture = serve(() -> Optional.of(keytab))) {
      for (String stranger : List.of("mallory", "ANNA", "anna/admin")) {
        fixture
            .smbclient
            .runKerberos(realm, realm.ticket(stranger), "files", "ls")
            .failedWith("NT_STATUS_LOGON_FAILURE");
      }
      assertThat(fixture.events(ServerEvent.AuthenticationRefused.class))
          .extracting(ServerEvent.AuthenticationRefused::reason)
          .anyMatch(reason -> reason.contains("no user for the principal mallory@SEALANE.TEST"))
          .anyMatch(reason -> reason.contains("ANNA@SEALANE.TEST is not user anna"))
          .anyMatch(reason -> reason.contains("'anna/admin@SEALANE.TEST' can be no account's"));
    }
  }

  @Test
  void shouldRefuseATicketWithoutItsKeyAndStillTakePasswords() throws Exception {
    try (ClientFixture fixture = serve(Optional::empty)) {
      fixture
          .smbclient
          .runKerberos(realm, realm.ticket("anna"), "files", "ls")
          .failedWith("NT_STATUS_");
      assertThat(fixture.events(ServerEvent.SessionEstablished.class)).isEmpty();
      fixture.anna("files", "ls").succeeded();
    }
    try (ClientFixture fixture = serve(() -> Optional.of(keytab))) {
      fixture.anna("files", "ls").succeeded();
    }
  }
}
