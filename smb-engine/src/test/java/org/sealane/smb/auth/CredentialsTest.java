package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.CertificateVerifier.Role;
import org.sealane.smb.auth.CertificateVerifier.Verdict;

/** Certificates, keys and the names in them, from files to values. */
class CredentialsTest {
  private static final UUID CLUSTER = UUID.fromString("a38d1d9e-6c39-4bb1-9a0b-5d0f0f0f9d11");

  private final TestAuthority ca = new TestAuthority(CLUSTER);
  private final NodeCredentials node1 = ca.credentials("node1");

  @Nested
  class Loading {
    @TempDir private Path directory;
    private Path key;
    private Path certificate;
    private Path authorities;

    @BeforeEach
    void write() throws Exception {
      key = directory.resolve("node.key");
      certificate = directory.resolve("node.crt");
      authorities = directory.resolve("ca.crt");
      Files.writeString(key, Pem.encode(node1.keys().key()));
      Files.writeString(certificate, Pem.encode(List.of(node1.keys().certificate())));
      Files.writeString(authorities, Pem.encode(node1.keys().authorities()));
    }

    private NodeCredentials load() throws CredentialsException {
      return NodeCredentials.load(key, certificate, authorities);
    }

    private void assertRefused(String line) {
      assertThatThrownBy(this::load).isInstanceOf(CredentialsException.class).hasMessage(line);
    }

    @Test
    void shouldReadWhatWasWritten() throws Exception {
      assertThat(load()).isEqualTo(node1);
    }

    @Test
    void shouldIgnoreTextAroundTheBlocks() throws Exception {
      Files.writeString(certificate, "subject=CN=node1\n" + Files.readString(certificate) + "end");

      assertThat(load()).isEqualTo(node1);
    }

    @Test
    void shouldNameTheFileThatIsMissing() throws Exception {
      Files.delete(authorities);

      assertRefused(authorities + ": no such file");
    }

    @Test
    void shouldRefuseTheKeyOfAnotherCertificate() throws Exception {
      Files.writeString(key, Pem.encode(ca.credentials("node2").keys().key()));

      assertRefused(certificate + ": the private key is not that of the certificate");
    }

    @Test
    void shouldRefuseACertificateThatNamesNoNode() throws Exception {
      NodeCredentials admin =
          ca.credentials(
              "alice", ca.node("alice").uri(new CertificateIdentity.Admin(CLUSTER, "alice").uri()));
      Files.writeString(key, Pem.encode(admin.keys().key()));
      Files.writeString(certificate, Pem.encode(List.of(admin.keys().certificate())));

      assertRefused(certificate + ": the certificate names no node of a cluster");
    }

    @Test
    void shouldRefuseTwoCertificatesForOneKey() throws Exception {
      Files.writeString(
          certificate, Pem.encode(List.of(node1.keys().certificate(), ca.certificate())));

      assertRefused(certificate + ": 2 certificates for one key, expected 1");
    }

    @Test
    void shouldRefuseAKeyOfAnotherKind() throws Exception {
      Files.writeString(key, Pem.encode(TestAuthority.newKeys("EC").getPrivate()));

      assertRefused(certificate + ": not an Ed25519 private key in PKCS#8");
    }

    @Test
    void shouldRefuseWhatIsNotPem() throws Exception {
      Files.writeString(key, "-----BEGIN PRIVATE KEY-----\n=\n-----END PRIVATE KEY-----\n");
      assertRefused(certificate + ": a block 'BEGIN PRIVATE KEY' is not base64");

      Files.writeString(key, "");
      assertRefused(certificate + ": 0 blocks 'BEGIN PRIVATE KEY', expected 1");

      Files.write(key, new byte[] {(byte) 0xFF, (byte) 0xFE});
      assertThatThrownBy(this::load).hasMessageContaining(key + ": can not be read");
    }

    @Test
    void shouldRefuseATruncatedCertificate() throws Exception {
      String text = Files.readString(certificate);
      Files.writeString(certificate, text.replaceFirst("\n[^\n]{64}\n", "\n"));

      assertThatThrownBy(this::load)
          .isInstanceOf(CredentialsException.class)
          .hasMessage(certificate + ": a certificate that can not be parsed");
    }

    @Test
    void shouldRefuseAFileThatIsFarTooLong() throws Exception {
      Files.writeString(certificate, "x".repeat(Pem.TEXT_CHARS_MAX + 1));

      assertRefused(certificate + ": longer than " + Pem.TEXT_CHARS_MAX + " bytes");
    }
  }

  @Nested
  class Names {
    private static final String PREFIX = "sealane:cluster/" + CLUSTER;

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "sealane:cluster/",
          "https://example.org/node/a",
          "sealane:cluster/A38D1D9E-6C39-4BB1-9A0B-5D0F0F0F9D11/node/node1",
          "sealane:cluster/1-1-1-1-1/node/node1",
          "SEALANE:cluster/a38d1d9e-6c39-4bb1-9a0b-5d0f0f0f9d11/node/node1"
        })
    void shouldNotBeReadFromAnotherForm(String uri) {
      assertThat(CertificateIdentity.parse(uri)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/node/",
          "/node/-a",
          "/node/a/b",
          "/node/a b",
          "/node/a\n",
          "/node/%61",
          "/nodes/a",
          "/user/a",
          "//node/a"
        })
    void shouldNotBeReadFromAnotherPath(String path) {
      assertThat(CertificateIdentity.parse(PREFIX + path)).isEmpty();
    }

    @Test
    void shouldSurviveARoundTrip() {
      for (CertificateIdentity identity :
          List.of(
              new CertificateIdentity.Node(CLUSTER, "n-1.example"),
              new CertificateIdentity.Admin(CLUSTER, "alice"),
              new CertificateIdentity.Authority(CLUSTER, "prod"))) {
        assertThat(CertificateIdentity.parse(identity.uri())).contains(identity);
      }
    }
  }

  @Nested
  class Verifying {
    private Refusal refusal(String algorithm) {
      Verdict verdict =
          CertificateVerifier.verify(
              ca.certificate(ca.node("node1"), algorithm),
              List.of(ca.certificate()),
              TestAuthority.NOW,
              Role.CLIENT);
      return ((Verdict.Refused) verdict).refusal();
    }

    @Test
    void shouldRefuseKeysOfAnotherKind() {
      assertThat(refusal("EC")).isEqualTo(Refusal.WRONG_CERTIFICATE);
      assertThat(refusal("Ed448")).isEqualTo(Refusal.WRONG_CERTIFICATE);
    }

    @Test
    void shouldBelieveEachOfTwoCas() {
      TestAuthority next = new TestAuthority(CLUSTER);
      List<X509Certificate> both = List.of(ca.certificate(), next.certificate());

      for (TestAuthority issuer : List.of(ca, next)) {
        assertThat(
                CertificateVerifier.verify(
                    issuer.credentials("node1").keys().certificate(),
                    both,
                    TestAuthority.NOW,
                    Role.SERVER))
            .isInstanceOf(Verdict.Accepted.class);
      }
    }

    @Test
    void shouldDescribeACertificateAsDocumentsNameIt() {
      NodeCertificate described = NodeCertificate.of(node1.keys().certificate(), node1.identity());

      assertThat(described.fingerprint()).matches("[0-9a-f]{64}");
      assertThat(described.serialNumber()).isEqualTo(node1.keys().certificate().getSerialNumber());
      assertThat(described.notBefore()).isBefore(described.notAfter());
    }
  }

  @Test
  void shouldNotPrintKeys() {
    assertThat(node1.toString()).contains("CN=test node").doesNotContain("Private");
  }
}
