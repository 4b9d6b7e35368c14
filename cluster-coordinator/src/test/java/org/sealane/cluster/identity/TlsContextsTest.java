package org.sealane.cluster.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealane.smb.auth.CertificateIdentity;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.KeyAndCertificate;

/** Real connections over loopback, by the JDK's TLS. */
@Timeout(60)
class TlsContextsTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final Validity YEAR = Validity.startingAt(NOW, Duration.ofDays(365));
  private static final Enrollment ANYONE = certificate -> Enrollment.Verdict.ACCEPTED;

  private final UUID clusterId = UUID.randomUUID();
  private final ClusterCa ca = ClusterCa.create(clusterId, "c1", YEAR, RANDOM);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** What each side saw: a session, or its error. */
  private record Outcome(Object client, Object server) {
    SSLSession serverSession() {
      return (SSLSession) server;
    }

    SSLSession clientSession() {
      return (SSLSession) client;
    }

    String serverError() {
      return ((Exception) server).getMessage();
    }

    String clientError() {
      return ((Exception) client).getMessage();
    }
  }

  private static SSLContext context(KeyAndCertificate keys, PeerPolicy peers) {
    return TlsContexts.create(() -> keys, peers, InstantSource.fixed(NOW), RANDOM);
  }

  private SSLContext node(String name) {
    return context(ca.issueNode(name, YEAR).keys(), PeerPolicy.adminPort(clusterId, ANYONE));
  }

  private SSLContext admin() {
    return context(ca.issueAdmin("alice", YEAR).keys(), PeerPolicy.anyNode(clusterId, ANYONE));
  }

  private Outcome connect(SSLContext client, SSLContext server) throws Exception {
    return connect(client, server, TlsContexts.parameters());
  }

  private Outcome connect(SSLContext client, SSLContext server, SSLParameters clients)
      throws Exception {
    try (SSLServerSocket listener =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setSSLParameters(TlsContexts.parameters());
      Future<Object> accepted = threads.submit(() -> serve(listener));
      Object connected = call(client, listener.getLocalPort(), clients);
      return new Outcome(connected, accepted.get());
    }
  }

  private static Object serve(SSLServerSocket listener) {
    return outcome(() -> {
      try (SSLSocket socket = (SSLSocket) listener.accept()) {
        socket.getOutputStream().write(socket.getInputStream().read());
        return socket.getSession();
      }
    });
  }

  /** A client learns of its refusal only when it reads. */
  private static Object call(SSLContext context, int port, SSLParameters parameters) {
    return outcome(() -> {
      try (SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
        return socket.getSession();
      }
    });
  }

  private static Object outcome(Callable<SSLSession> side) {
    try {
      return side.call();
    } catch (Exception e) {
      return e;
    }
  }

  @Nested
  class Accepting {
    @Test
    void shouldConnectAnAdministratorToANode() throws Exception {
      Outcome outcome = connect(admin(), node("node1"));

      assertThat(outcome.serverSession().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(outcome.serverSession().getCipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
      assertThat(peer(outcome.serverSession()))
          .isEqualTo(new CertificateIdentity.Admin(clusterId, "alice"));
      assertThat(peer(outcome.clientSession()))
          .isEqualTo(new CertificateIdentity.Node(clusterId, "node1"));
    }

    @Test
    void shouldConnectNodesToEachOther() throws Exception {
      Outcome outcome = connect(node("node2"), node("node1"));

      assertThat(peer(outcome.serverSession()))
          .isEqualTo(new CertificateIdentity.Node(clusterId, "node2"));
    }

    @Test
    void shouldUseARenewedCertificateFromTheNextConnectionOn() throws Exception {
      AtomicReference<KeyAndCertificate> current =
          new AtomicReference<>(ca.issueNode("node1", YEAR).keys());
      SSLContext server =
          TlsContexts.create(
              current::get,
              PeerPolicy.adminPort(clusterId, ANYONE),
              InstantSource.fixed(NOW),
              RANDOM);
      X509Certificate before = certificate(connect(admin(), server).clientSession());

      current.set(ca.issueNode("node1", YEAR).keys());
      X509Certificate after = certificate(connect(admin(), server).clientSession());

      assertThat(after).isNotEqualTo(before).isEqualTo(current.get().certificate());
    }

    private CertificateIdentity peer(SSLSession session) throws SSLException {
      return CertificateIdentity.of(certificate(session)).orElseThrow();
    }

    private X509Certificate certificate(SSLSession session) throws SSLException {
      return (X509Certificate) session.getPeerCertificates()[0];
    }
  }

  @Nested
  class Refusing {
    @Test
    void shouldRefuseAClientWithoutACertificate() throws Exception {
      SSLContext anonymous = SSLContext.getInstance("TLSv1.3");
      anonymous.init(
          null,
          new TrustManager[] {
            new ClusterTrustManager(
                () -> ca.issueNode("x", YEAR).keys(),
                PeerPolicy.anyNode(clusterId, ANYONE),
                InstantSource.fixed(NOW))
          },
          RANDOM);

      assertThat(connect(anonymous, node("node1")).server()).isInstanceOf(SSLException.class);
    }

    @Test
    void shouldRefuseAClientOfAnotherCa() throws Exception {
      ClusterCa forger = ClusterCa.create(clusterId, "c1", YEAR, RANDOM);
      KeyAndCertificate forged = forger.issueAdmin("alice", YEAR).keys();
      SSLContext client =
          context(
              new KeyAndCertificate(forged.key(), forged.certificate(), List.of(ca.certificate())),
              PeerPolicy.anyNode(clusterId, ANYONE));

      Outcome outcome = connect(client, node("node1"));

      assertThat(outcome.serverError()).contains("certificate is of another CA");
      assertThat(outcome.client()).isInstanceOf(IOException.class);
    }

    @Test
    void shouldRefuseAnExpiredClientAndSaySince() throws Exception {
      Validity past = new Validity(NOW.minusSeconds(7200), NOW.minusSeconds(60));
      SSLContext client =
          context(ca.issueAdmin("alice", past).keys(), PeerPolicy.anyNode(clusterId, ANYONE));

      Outcome outcome = connect(client, node("node1"));

      assertThat(outcome.serverError())
          .contains("certificate is expired or not yet valid: it ended 2026-06-01T11:59:00Z");
      assertThat(outcome.clientError()).contains("certificate_unknown");
    }

    @Test
    void shouldRefuseARevokedNode() throws Exception {
      SSLContext server =
          context(
              ca.issueNode("node1", YEAR).keys(),
              PeerPolicy.adminPort(clusterId, certificate -> Enrollment.Verdict.REVOKED));

      assertThat(connect(node("node2"), server).serverError()).contains("certificate is revoked");
      assertThat(connect(admin(), server).server()).isInstanceOf(SSLSession.class);
    }

    @Test
    void shouldRefuseAnAdministratorAsServer() throws Exception {
      assertThat(connect(admin(), admin()).clientError())
          .contains("certificate is not one for this use");
    }

    @Test
    void shouldRefuseAnotherNodeThanMeant() throws Exception {
      SSLContext client =
          context(ca.issueAdmin("alice", YEAR).keys(), PeerPolicy.node(clusterId, "node1", ANYONE));

      assertThat(connect(client, node("node1")).client()).isInstanceOf(SSLSession.class);
      assertThat(connect(client, node("node2")).clientError()).contains("another node was meant");
    }

    @Test
    void shouldRefuseTls12() throws Exception {
      SSLParameters old =
          new SSLParameters(
              new String[] {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}, new String[] {"TLSv1.2"});

      assertThat(connect(admin(), node("node1"), old).server()).isInstanceOf(SSLException.class);
    }
  }
}
