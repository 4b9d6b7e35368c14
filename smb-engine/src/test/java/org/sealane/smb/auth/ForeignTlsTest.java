package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Vector;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.lane.LaneBinding;

/** Peers that speak correct TLS, but not ours. */
class ForeignTlsTest {
  private static final Enrollment ANYONE = certificate -> Enrollment.Verdict.ACCEPTED;

  private final TestNodes nodes = new TestNodes();
  private final LaneBinding lane = nodes.lane("node1", "node2");
  private final SecureRandom random = new SecureRandom();
  private final JcaTlsCrypto foreignCrypto =
      new JcaTlsCryptoProvider().setProvider(new BouncyCastleProvider()).create(random);

  private NodeAcceptor acceptor() {
    return new NodeAcceptor(
        nodes.authority().credentials("node2"),
        List.of(KeyAgreement.X25519_MLKEM768),
        ANYONE,
        InstantSource.fixed(TestAuthority.NOW),
        random);
  }

  /** What node1 asks of node2. */
  private PeerCheck check(NodeCredentials node1) {
    return new PeerCheck(
        node1,
        "node2",
        CertificateVerifier.Role.SERVER,
        ANYONE,
        InstantSource.fixed(TestAuthority.NOW));
  }

  private NodeInitiator initiator() {
    NodeCredentials node1 = nodes.authority().credentials("node1");
    return new NodeInitiator(
        lane, node1, List.of(KeyAgreement.X25519_MLKEM768), check(node1), random);
  }

  private static byte[] output(TlsProtocol protocol) {
    byte[] output = new byte[protocol.getAvailableOutputBytes()];
    protocol.readOutput(output, 0, output.length);
    return output;
  }

  /** A client with the library's defaults, and no certificate. */
  private class ForeignClient extends DefaultTlsClient {
    ForeignClient() {
      super(foreignCrypto);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return ProtocolVersion.TLSv13.only();
    }

    @Override
    @SuppressWarnings("rawtypes") // Raw in the library.
    protected Vector<Integer> getSupportedGroups(Vector roles) {
      return new Vector<>(List.of(NamedGroup.X25519MLKEM768));
    }

    @Override
    public Vector<Integer> getEarlyKeyShareGroups() {
      return new Vector<>(List.of(NamedGroup.X25519MLKEM768));
    }

    @Override
    public TlsAuthentication getAuthentication() {
      return new TlsAuthentication() {
        @Override
        public void notifyServerCertificate(TlsServerCertificate certificate) {
          assertThat(certificate.getCertificate().isEmpty()).isFalse();
        }

        @Override
        public TlsCredentials getClientCredentials(CertificateRequest request) {
          return null;
        }
      };
    }
  }

  @Nested
  class Clients {
    private Step first(ForeignClient client, TlsClientProtocol protocol, NodeAcceptor acceptor)
        throws IOException {
      protocol.connect(client);
      byte[] binding = LaneBindingCodec.encode(lane);
      byte[] hello = output(protocol);
      return acceptor.next(
          ByteBuffer.allocate(2 + binding.length + hello.length)
              .putShort((short) binding.length)
              .put(binding)
              .put(hello)
              .array());
    }

    private String refusedAtOnce(ForeignClient client) throws IOException {
      try (NodeAcceptor acceptor = acceptor()) {
        Step.Refused refused = (Step.Refused) first(client, new TlsClientProtocol(), acceptor);
        assertThat(refused.token()).as("the alert").isNotEmpty();
        return refused.reason();
      }
    }

    @Test
    void shouldBeRefusedWithoutACertificate() throws Exception {
      TlsClientProtocol protocol = new TlsClientProtocol();
      try (NodeAcceptor acceptor = acceptor()) {
        // Its ClientHello asks for OCSP and names a server, which changes nothing.
        Step.Continue answer = (Step.Continue) first(new ForeignClient(), protocol, acceptor);
        protocol.offerInput(answer.token());

        Step.Refused refused = (Step.Refused) acceptor.next(output(protocol));

        assertThat(refused.reason()).isEqualTo("refused node1: no certificate was sent");
        assertThatThrownBy(() -> protocol.offerInput(refused.token()))
            .hasMessageContaining("certificate_required");
      }
    }

    @Test
    void shouldBeRefusedWithTls12() throws Exception {
      assertThat(
              refusedAtOnce(
                  new ForeignClient() {
                    @Override
                    protected ProtocolVersion[] getSupportedVersions() {
                      return ProtocolVersion.TLSv12.only();
                    }
                  }))
          .isEqualTo("refused node1: bad handshake, protocol_version(70)");
    }

    @Test
    void shouldBeRefusedWithoutAesGcm() throws Exception {
      assertThat(
              refusedAtOnce(
                  new ForeignClient() {
                    @Override
                    protected int[] getSupportedCipherSuites() {
                      return new int[] {CipherSuite.TLS_CHACHA20_POLY1305_SHA256};
                    }
                  }))
          .isEqualTo("refused node1: bad handshake, handshake_failure(40)");
    }
  }

  /** A server with our credentials and habits of its own. */
  private class ForeignServer extends DefaultTlsServer {
    private final NodeCredentials node2 = nodes.authority().credentials("node2");
    private final boolean asks;

    ForeignServer(boolean asks) {
      super(foreignCrypto);
      this.asks = asks;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return ProtocolVersion.TLSv13.only();
    }

    @Override
    public int[] getSupportedGroups() {
      return new int[] {NamedGroup.X25519MLKEM768};
    }

    @Override
    public TlsCredentials getCredentials() throws IOException {
      return NodeTls.signer(
          context, new NodeTlsCrypto(random, check(node2)), node2.keys(), new byte[0]);
    }

    @Override
    public CertificateRequest getCertificateRequest() throws IOException {
      return asks
          ? new CertificateRequest(new byte[0], NodeTls.signatureAlgorithms(), null, null)
          : null;
    }

    @Override
    public void notifyClientCertificate(Certificate certificate) {
      assertThat(certificate.isEmpty()).isFalse();
    }
  }

  @Nested
  class Servers {
    private Step answer(NodeInitiator initiator, TlsServerProtocol protocol, ForeignServer server)
        throws IOException {
      byte[] first = ((Step.Continue) initiator.next(new byte[0])).token();
      int binding = ByteBuffer.wrap(first).getShort(0);
      protocol.accept(server);
      protocol.offerInput(first, 2 + binding, first.length - 2 - binding);
      return initiator.next(output(protocol));
    }

    @Test
    void shouldBeRefusedWhenItDoesNotAskWhoTheClientIs() throws Exception {
      try (NodeInitiator initiator = initiator()) {
        Step step = answer(initiator, new TlsServerProtocol(), new ForeignServer(false));

        assertThat(((Step.Refused) step).reason())
            .isEqualTo("refused node2: bad handshake, handshake_failure(40)");
      }
    }

    @Test
    void shouldBeRefusedWhenItSaysSomethingElseThanAccepted() throws Exception {
      for (byte[] said : new byte[][] {{0}, {2}, {1, 1}, {}}) {
        TlsServerProtocol protocol = new TlsServerProtocol();
        try (NodeInitiator initiator = initiator()) {
          Step.Continue last = (Step.Continue) answer(initiator, protocol, new ForeignServer(true));
          protocol.offerInput(last.token());
          protocol.writeApplicationData(said, 0, said.length);

          assertThat(((Step.Refused) initiator.next(output(protocol))).reason())
              .isEqualTo("refused node2: it did not say that it accepted");
        }
      }
    }

    @Test
    void shouldBeRefusedWhenItClosesInsteadOfAccepting() throws Exception {
      TlsServerProtocol protocol = new TlsServerProtocol();
      try (NodeInitiator initiator = initiator()) {
        Step.Continue last = (Step.Continue) answer(initiator, protocol, new ForeignServer(true));
        protocol.offerInput(last.token());
        protocol.close();

        assertThat(((Step.Refused) initiator.next(output(protocol))).reason())
            .isEqualTo("refused node2: it closed the handshake");
      }
    }

    @Test
    void shouldBeRefusedWhenItListsCas() {
      // A context of no bytes; signature_algorithms ed25519; certificate_authorities of any
      // content.
      byte[] request = {0, 0, 14, 0, 13, 0, 4, 0, 2, 8, 7, 0, 47, 0, 2, 0, 0};

      assertThatThrownBy(() ->
              new NodeTlsClient.Protocol()
                  .receive13CertificateRequest(new ByteArrayInputStream(request), false))
          .isInstanceOf(TlsFatalAlert.class)
          .hasMessageContaining("unsupported_extension");
    }
  }

  @Nested
  class Certificates {
    /** Less than any thread has that serves a connection. */
    private static final long STACK_BYTES = 128 * 1024;

    private final NodeCredentials node1 = nodes.authority().credentials("node1");
    private final NodeTlsCrypto crypto = new NodeTlsCrypto(random, check(node1));

    /** Elements within elements as deep as the largest message allows, of indefinite length. */
    private static byte[] nested(int tag, int from) {
      byte[] nested = new byte[NodeTls.HANDSHAKE_MESSAGE_BYTES_MAX];
      for (int i = from; i + 1 < nested.length; i += 2) {
        nested[i] = (byte) tag;
        nested[i + 1] = (byte) 0x80;
      }
      return nested;
    }

    /** The same within one element of definite length, and that as a TBSCertificate. */
    private static byte[] nestedInside(int tag) {
      byte[] nested = nested(tag, 8);
      int length = nested.length - 4;
      byte[] heads = {
        0x30, (byte) 0x82, (byte) (length >> 8), (byte) length,
        0x30, (byte) 0x82, (byte) (length - 4 >> 8), (byte) (length - 4)
      };
      System.arraycopy(heads, 0, nested, 0, heads.length);
      return nested;
    }

    private Throwable thrownOnASmallStack(byte[] hostile) throws InterruptedException {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Runnable parse = () -> thrown.set(catchThrowable(() -> crypto.createCertificate(hostile)));
      Thread parser = new Thread(null, parse, "parser", STACK_BYTES);
      parser.start();
      parser.join();
      return thrown.get();
    }

    @Test
    void shouldBeRefusedOnASmallStackHoweverTheyNest() throws Exception {
      for (int tag : new int[] {0x30, 0x31, 0xA0, 0x24}) {
        for (byte[] hostile : new byte[][] {nested(tag, 0), nestedInside(tag)}) {
          assertThat(thrownOnASmallStack(hostile))
              .isInstanceOf(TlsFatalAlert.class)
              .hasMessageContaining("bad_certificate");
        }
      }
    }

    @Test
    void shouldReachTheLibraryOnlyWhenTheirCaIsOurs() throws Exception {
      byte[] good = nodes.authority().credentials("node2").keys().certificate().getEncoded();
      byte[] foreign =
          new TestAuthority(lane.clusterId())
              .credentials("node2")
              .keys()
              .certificate()
              .getEncoded();

      assertThatThrownBy(() -> crypto.createCertificate(foreign))
          .hasMessageContaining("unknown_ca");
      assertThat(crypto.createCertificate(good).getEncoded()).isEqualTo(good);
    }

    @Test
    void shouldNotBeSentInAChain() throws Exception {
      // Both are node2's and good; a second one has no meaning here.
      NodeCredentials node2 = nodes.authority().credentials("node2");
      TlsServerProtocol protocol = new TlsServerProtocol();
      ForeignServer server =
          new ForeignServer(true) {
            @Override
            public TlsCredentials getCredentials() throws IOException {
              NodeTlsCrypto own = new NodeTlsCrypto(random, check(node2));
              CertificateEntry entry =
                  new CertificateEntry(own.ownCertificate(node2.keys().certificate()), null);
              return new JcaDefaultTlsCredentialedSigner(
                  new TlsCryptoParameters(context),
                  own,
                  own.signingKey(node2.keys().key()),
                  new Certificate(new byte[0], new CertificateEntry[] {entry, entry}),
                  SignatureAndHashAlgorithm.ed25519);
            }
          };
      try (NodeInitiator initiator = initiator()) {
        Step step = new Servers().answer(initiator, protocol, server);

        assertThat(step).isInstanceOf(Step.Refused.class);
      }
    }
  }
}
