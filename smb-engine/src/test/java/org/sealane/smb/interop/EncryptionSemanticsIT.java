package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.AccessRules;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.server.ServerSettings;
import org.sealane.smb.server.ServerStatus.ConnectionStatus;

/** SMB Encryption, signing and dialects as smbclient meets them. */
class EncryptionSemanticsIT {
  private static final EnumSet<Dialect> ALL = EnumSet.allOf(Dialect.class);

  /** smbclient has no switch for it; with no cipher in common it can not. */
  private static final String CAN_NOT_ENCRYPT =
      "--option=clientsmb3encryptionalgorithms=AES-256-CCM";

  @TempDir Path directory;

  @BeforeAll
  static void requireTool() {
    SmbClientTool.require();
  }

  private ClientFixture serve(UnaryOperator<ServerSettings> settings) throws Exception {
    return new ClientFixture(directory, settings);
  }

  private ClientFixture serve(boolean encryptData, boolean reject) throws Exception {
    return serve(settings ->
        settings
            .withAccess(new AccessRules(ALL, true, reject))
            .withCiphers(List.of(CipherId.AES_128_GCM, CipherId.AES_128_CCM))
            .withSessionLevel(encryptData ? Level.ENCRYPT : Level.CLEAR));
  }

  private static String protocol(Dialect dialect) {
    return switch (dialect) {
      case SMB_2_0_2 -> "SMB2_02";
      case SMB_2_1 -> "SMB2_10";
      case SMB_3_0 -> "SMB3_00";
      case SMB_3_0_2 -> "SMB3_02";
      case SMB_3_1_1 -> "SMB3_11";
    };
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void shouldCarryAFileInEveryDialect(Dialect dialect) throws Exception {
    try (ClientFixture fixture = serve(settings -> settings.withAccess(ClientFixture.rules(ALL)))) {
      fixture.anna("files", "put smb.conf x; get x y; del x", "-m", protocol(dialect)).succeeded();

      Path client = directory.resolve("client");
      assertThat(client.resolve("y")).hasSameBinaryContentAs(client.resolve("smb.conf"));
      assertThat(fixture.events(ServerEvent.TamperingSuspected.class)).isEmpty();
    }
  }

  @Test
  void shouldRefuseDialectsBelowTheMinimum() throws Exception {
    try (ClientFixture fixture = serve(UnaryOperator.identity())) {
      assertThat(fixture.anna("files", "ls", "-m", "SMB2_10").exit()).isNotZero();
      fixture.anna("files", "ls", "-m", "SMB3_00").succeeded();
    }
  }

  @Test
  void shouldAnswerClientsThatBeginWithSmb1AndRefuseThoseThatSpeakNothingElse() throws Exception {
    try (ClientFixture fixture = serve(UnaryOperator.identity())) {
      String[] both = {"--option=clientminprotocol=NT1"};
      fixture.anna("files", "ls", both).succeeded();
      assertThat(fixture.events(ServerEvent.Smb1Refused.class)).isEmpty();

      assertThat(fixture.anna("files", "ls", "-m", "NT1", both[0]).exit()).isNotZero();
      assertThat(fixture.events(ServerEvent.Smb1Refused.class))
          .hasSize(1)
          .allMatch(event -> event.windowsId() == 1001);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // encryptData, reject, share, dialect, client encrypts; served
    "true,  true,  files,  SMB2_10, true,  false",
    "true,  true,  files,  SMB3_02, true,  true",
    "true,  true,  files,  SMB3_11, true,  true",
    "true,  true,  files,  SMB3_11, false, false",
    "true,  false, files,  SMB2_10, true,  true",
    "true,  false, files,  SMB3_11, false, true",
    "false, true,  files,  SMB3_11, false, true",
    "false, true,  sealed, SMB2_10, true,  false",
    "false, true,  sealed, SMB3_00, true,  true",
    "false, true,  sealed, SMB3_11, true,  true",
    "false, true,  sealed, SMB3_11, false, false",
    "false, false, sealed, SMB2_10, true,  true",
    "false, false, sealed, SMB3_11, false, true",
  })
  void shouldDecideAsTheTableDoes(
      boolean encryptData,
      boolean reject,
      String share,
      String dialect,
      boolean encrypts,
      boolean served)
      throws Exception {
    try (ClientFixture fixture = serve(encryptData, reject)) {
      List<String> options =
          encrypts ? List.of("-m", dialect) : List.of("-m", dialect, CAN_NOT_ENCRYPT);
      SmbClientTool.Run run = fixture.anna(share, "ls", options.toArray(String[]::new));

      if (served) {
        run.succeeded();
      } else {
        run.failedWith("NT_STATUS_ACCESS_DENIED");
      }
      boolean can = encrypts && !dialect.startsWith("SMB2");
      boolean wanted = encryptData || share.equals("sealed");
      assertThat(fixture.events(ServerEvent.UnencryptedAccess.class))
          .hasSize(wanted && !can ? 1 : 0)
          .allMatch(event -> event.windowsId() == 1003 && event.refused() == reject);
    }
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldSealWithTheCipherThatIsMandated(CipherId cipher) throws Exception {
    try (ClientFixture fixture =
        serve(settings -> settings.withCiphers(List.of(cipher)).withSessionLevel(Level.ENCRYPT))) {
      fixture.anna("files", "put smb.conf x; get x y").succeeded();
    }
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void shouldSignWithTheAlgorithmThatIsMandated(SigningAlgorithm signing) throws Exception {
    try (ClientFixture fixture = serve(settings -> settings.withSigning(List.of(signing)))) {
      fixture.anna("files", "put smb.conf x; get x y", "--client-protection=sign").succeeded();
      assertThat(fixture.events(ServerEvent.WeakRequestRefused.class)).isEmpty();
    }
  }

  @Test
  void shouldTakeItsOwnOrderOfCiphers() throws Exception {
    try (ClientFixture fixture =
        serve(settings ->
            settings.withCiphers(List.of(CipherId.AES_256_CCM, CipherId.AES_128_GCM)))) {
      Process client = fixture.smbclient.stayConnected(ClientFixture.ANNA, "files");
      try {
        org.awaitility.Awaitility.await()
            .atMost(java.time.Duration.ofSeconds(60))
            .until(() ->
                fixture.server.status().connections().stream()
                    .anyMatch(connection -> !connection.sessions().isEmpty()));
        assertThat(fixture.server.status().connections())
            .extracting(ConnectionStatus::cipher)
            .containsExactly(java.util.Optional.of(CipherId.AES_256_CCM));
      } finally {
        client.destroy();
      }
    }
  }
}
