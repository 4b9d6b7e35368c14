package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.auth.CertificateIdentity;
import org.sealane.smb.auth.CertificateVerifier;
import org.sealane.smb.auth.CertificateVerifier.Role;
import org.sealane.smb.auth.CertificateVerifier.Verdict;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.Pem;
import org.sealane.smb.auth.Refusal;

class ClusterCaTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final Validity YEAR = Validity.startingAt(NOW, Duration.ofDays(365));
  private static final UUID CLUSTER = UUID.fromString("a38d1d9e-6c39-4bb1-9a0b-5d0f0f0f9d11");

  private final ClusterCa ca = ClusterCa.create(CLUSTER, "prod", YEAR, RANDOM);

  private Verdict verify(X509Certificate certificate, Role role) {
    return CertificateVerifier.verify(certificate, List.of(ca.certificate()), NOW, role);
  }

  @Nested
  class Issuing {
    @Test
    void shouldGiveANodeWhatLanesAccept() {
      NodeCredentials node = ca.issueNode("node1", YEAR);

      assertThat(node.identity()).isEqualTo(new CertificateIdentity.Node(CLUSTER, "node1"));
      for (Role role : Role.values()) {
        assertThat(verify(node.keys().certificate(), role))
            .isEqualTo(new Verdict.Accepted(node.keys().certificate(), node.identity()));
      }
    }

    @Test
    void shouldGiveAnAdministratorAClientsCertificateOnly() {
      AdminCredentials admin = ca.issueAdmin("alice", YEAR);

      assertThat(verify(admin.keys().certificate(), Role.CLIENT))
          .isEqualTo(new Verdict.Accepted(admin.keys().certificate(), admin.identity()));
      assertThat(verify(admin.keys().certificate(), Role.SERVER))
          .isInstanceOfSatisfying(
              Verdict.Refused.class,
              refused -> assertThat(refused.refusal()).isEqualTo(Refusal.WRONG_CERTIFICATE));
    }

    @Test
    void shouldRenewWithoutTheNodesKey() {
      NodeCredentials node = ca.issueNode("node1", YEAR);
      Validity later = Validity.startingAt(NOW.plusSeconds(86400), Duration.ofDays(365));

      X509Certificate renewed =
          ca.certifyNode("node1", node.keys().certificate().getPublicKey(), later);

      assertThat(renewed.getPublicKey()).isEqualTo(node.keys().certificate().getPublicKey());
      assertThat(renewed.getNotAfter().toInstant()).isEqualTo(later.notAfter());
      assertThat(CertificateIdentity.of(renewed)).contains(node.identity());
    }

    @Test
    void shouldNumberEveryCertificateAnew() {
      Set<Object> serials = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        X509Certificate certificate = ca.issueNode("node1", YEAR).keys().certificate();
        assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(127);
        serials.add(certificate.getSerialNumber());
      }

      assertThat(serials).hasSize(20);
    }

    @Test
    void shouldKeepValidityToTheSecond() {
      NodeCredentials node = ca.issueNode("node1", YEAR);

      assertThat(node.keys().certificate().getNotBefore().toInstant())
          .isEqualTo(NOW.minus(Validity.CLOCK_SKEW_MAX));
      assertThat(node.keys().certificate().getNotAfter().toInstant())
          .isEqualTo(NOW.plus(Duration.ofDays(365)));
    }

    @Test
    void shouldNotAcceptTheCaItselfAsAPeer() {
      assertThat(verify(ca.certificate(), Role.CLIENT)).isInstanceOf(Verdict.Refused.class);
      assertThat(CertificateIdentity.of(ca.certificate()))
          .contains(new CertificateIdentity.Authority(CLUSTER, "prod"));
    }

    @Test
    void shouldRefuseNamesThatAreNone() {
      for (String name : List.of("", "-a", "a/b", "a b", "a\n", "x".repeat(64))) {
        assertThatThrownBy(() -> ca.issueNode(name, YEAR))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Nested
  class Storing {
    @TempDir private Path directory;

    @Test
    void shouldIssueTheSameAfterBeingStored() throws Exception {
      ca.store(directory);

      ClusterCa loaded = ClusterCa.load(directory, RANDOM);

      assertThat(loaded.clusterId()).isEqualTo(CLUSTER);
      assertThat(loaded.clusterName()).isEqualTo("prod");
      assertThat(loaded.certificate()).isEqualTo(ca.certificate());
      assertThat(verify(loaded.issueNode("node1", YEAR).keys().certificate(), Role.CLIENT))
          .isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void shouldKeepTheKeyToItsOwner() throws Exception {
      ca.store(directory);

      assertThat(Files.getPosixFilePermissions(directory.resolve("ca.key")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(Files.getPosixFilePermissions(directory.resolve("ca.crt")))
          .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
      try (var files = Files.list(directory)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("ca.key", "ca.crt");
      }
    }

    @Test
    void shouldReplaceNoKey() throws Exception {
      ca.store(directory);
      String key = Files.readString(directory.resolve("ca.key"));

      assertThatThrownBy(() -> ClusterCa.create(CLUSTER, "prod", YEAR, RANDOM).store(directory))
          .isInstanceOf(CredentialsException.class)
          .hasMessageContaining("ca.key: exists already");
      assertThat(Files.readString(directory.resolve("ca.key"))).isEqualTo(key);
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() throws Exception {
      assertThatThrownBy(() -> ClusterCa.load(directory, RANDOM))
          .hasMessage(directory.resolve("ca.key") + ": no such file");

      ca.store(directory);
      Files.writeString(directory.resolve("ca.crt"), "nothing");
      assertThatThrownBy(() -> ClusterCa.load(directory, RANDOM))
          .hasMessage(directory.resolve("ca.crt") + ": 0 certificates, expected 1 to 32");

      ClusterCa other = ClusterCa.create(CLUSTER, "prod", YEAR, RANDOM);
      Files.writeString(directory.resolve("ca.crt"), Pem.encode(List.of(other.certificate())));
      assertThatThrownBy(() -> ClusterCa.load(directory, RANDOM))
          .hasMessage(
              directory.resolve("ca.key")
                  + ": not the key of the CA in "
                  + directory.resolve("ca.crt"));
    }

    @Test
    void shouldSayWhenADirectoryCanNotBeWritten() throws Exception {
      Path file = Files.createFile(directory.resolve("file"));

      assertThatThrownBy(() -> ca.store(file.resolve("below")))
          .isInstanceOf(CredentialsException.class)
          .hasMessageContaining("ca.key: can not be written");
    }

    @Test
    void shouldReadBackAnAdministrator() throws Exception {
      AdminCredentials admin = ca.issueAdmin("alice", YEAR);

      admin.store(directory);

      assertThat(AdminCredentials.load(directory)).isEqualTo(admin);
      assertThat(Files.getPosixFilePermissions(directory.resolve("admin-client.key")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void shouldNotTakeANodeForAnAdministrator() throws Exception {
      NodeCredentials node = ca.issueNode("node1", YEAR);
      ca.issueAdmin("alice", YEAR).store(directory);
      Files.writeString(directory.resolve("admin-client.key"), Pem.encode(node.keys().key()));
      Files.writeString(
          directory.resolve("admin-client.crt"), Pem.encode(List.of(node.keys().certificate())));

      assertThatThrownBy(() -> AdminCredentials.load(directory))
          .hasMessage(
              directory.resolve("admin-client.crt")
                  + ": the certificate names no administrator of a cluster");
    }
  }

  @Test
  void shouldNotPrintKeys() {
    assertThat(ca.toString()).isEqualTo("ClusterCa[sealane:cluster/" + CLUSTER + "/ca/prod]");
    assertThat(ca.issueNode("node1", YEAR).toString()).doesNotContain("PRIVATE", "EdDSAPrivate");
  }
}
