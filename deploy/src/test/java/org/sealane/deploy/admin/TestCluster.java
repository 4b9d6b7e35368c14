package org.sealane.deploy.admin;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.cluster.identity.Validity;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.KeyAndCertificate;

/** A CA with certificates for tests of the admin API; no node of it runs. */
final class TestCluster {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Validity VALIDITY = Validity.startingAt(Instant.now(), Duration.ofHours(1));

  private final ClusterCa ca = ClusterCa.create(UUID.randomUUID(), "test", VALIDITY, RANDOM);

  SSLContext server(Enrollment enrollment) {
    return context(
        ca.issueNode("node1", VALIDITY).keys(), PeerPolicy.adminPort(ca.clusterId(), enrollment));
  }

  SSLContext admin() {
    return context(
        ca.issueAdmin("alice", VALIDITY).keys(),
        PeerPolicy.anyNode(ca.clusterId(), certificate -> Enrollment.Verdict.ACCEPTED));
  }

  SSLContext node(String name) {
    return context(
        ca.issueNode(name, VALIDITY).keys(),
        PeerPolicy.anyNode(ca.clusterId(), certificate -> Enrollment.Verdict.ACCEPTED));
  }

  private static SSLContext context(KeyAndCertificate keys, PeerPolicy peers) {
    return TlsContexts.create(() -> keys, peers, Clock.systemUTC(), RANDOM);
  }
}
