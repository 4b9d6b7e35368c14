package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.identity.DataKey;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.cluster.identity.NodeDataKeys;
import org.sealane.cluster.identity.Validity;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.smb.auth.Pem;

class HeldBundleTest {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private static final Duration TERM = Duration.ofDays(30);

  @TempDir Path directory;

  private final SecureRandom random = new SecureRandom();
  private final ClusterCa ca = authority();
  private Path file;
  private HeldBundle held;

  private ClusterCa authority() {
    return ClusterCa.create(
        UUID.randomUUID(), "test", Validity.startingAt(NOW, TERM.multipliedBy(10)), random);
  }

  @BeforeEach
  void store() throws Exception {
    file = directory.resolve("node1.bundle");
    JoinBundle bundle =
        new JoinBundle(
            "test",
            ca.issueNode("node1", Validity.startingAt(NOW, TERM)),
            AdminKey.create(random).publicKey(),
            new NodeDataKeys(1, DataKey.create(random), DataKey.create(random)),
            EpochFloor.NONE,
            List.of());
    bundle.store(file);
    held = new HeldBundle(file, bundle, InstantSource.fixed(NOW.plusSeconds(60)));
  }

  private PublicKey key() {
    return held.credentials().keys().certificate().getPublicKey();
  }

  private static String certificate(ClusterCa by, String node, PublicKey key, Duration term) {
    return Pem.encode(List.of(by.certifyNode(node, key, Validity.startingAt(NOW, term))));
  }

  private void assertRefused(String pem, Kind kind, String why) throws Exception {
    byte[] before = Files.readAllBytes(file);
    Instant expires = held.expires();
    assertThatThrownBy(() -> held.renew(pem))
        .isInstanceOfSatisfying(AdminException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(why);
    assertThat(held.expires()).isEqualTo(expires);
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void shouldShowTheRenewedCertificateFromThenOnAndKeepItInTheFile() throws Exception {
    PublicKey key = key();
    Duration longer = TERM.multipliedBy(2);

    assertThat(held.renew(certificate(ca, "node1", key, longer))).isEqualTo(NOW.plus(longer));

    assertThat(held.expires()).isEqualTo(NOW.plus(longer));
    assertThat(key()).isEqualTo(key);
    JoinBundle stored = JoinBundle.load(file);
    assertThat(stored.credentials().keys().certificate())
        .isEqualTo(held.credentials().keys().certificate());
    assertThat(stored.adminKey()).isEqualTo(held.get().adminKey());
  }

  @Test
  void shouldRefuseWhatIsNotTheNodesOfThisClusterOrEndsNoLater() throws Exception {
    Duration longer = TERM.multipliedBy(2);
    PublicKey another =
        ca.issueNode("node1", Validity.startingAt(NOW, longer)).keys().certificate().getPublicKey();

    assertRefused(certificate(ca, "node1", key(), TERM), Kind.CONFLICT, "no later");
    assertRefused(certificate(ca, "node2", key(), longer), Kind.INVALID, "node2");
    assertRefused(certificate(authority(), "node1", key(), longer), Kind.INVALID, "not good");
    assertRefused(certificate(ca, "node1", another, longer), Kind.INVALID, "");
    assertRefused("no certificate", Kind.INVALID, "");
    assertRefused(
        certificate(ca, "node1", key(), longer) + certificate(ca, "node1", key(), longer),
        Kind.INVALID,
        "");
  }
}
