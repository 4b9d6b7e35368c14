package org.sealane.smb.auth;

import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientHello;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.HandshakeMessageInput;
import org.bouncycastle.tls.KeyShareEntry;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerHello;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsExtensionsUtils;
import org.bouncycastle.tls.TlsServerProtocol;
import org.sealane.smb.lane.LaneBinding;

/** The accepting end of TLS under the node mechanism. */
final class NodeTlsServer extends DefaultTlsServer implements NodeTlsPeer {

  /** Bouncy Castle's state machine, with a look at what it does not hand out. */
  static final class Protocol extends TlsServerProtocol implements NodeTlsProtocol {
    private int namedGroup = -1;

    @Override
    protected ServerHello generate13ServerHello(
        ClientHello clientHello, HandshakeMessageInput message, boolean afterHelloRetryRequest)
        throws IOException {
      ServerHello serverHello =
          super.generate13ServerHello(clientHello, message, afterHelloRetryRequest);
      if (!serverHello.isHelloRetryRequest()) {
        KeyShareEntry share =
            TlsExtensionsUtils.getKeyShareServerHello(serverHello.getExtensions());
        namedGroup = share == null ? -1 : share.getNamedGroup();
      }
      return serverHello;
    }

    @Override
    public int namedGroup() {
      return namedGroup;
    }

    @Override
    public boolean hasPartialRecord() {
      return inputBuffers.available() > 0;
    }
  }

  private final NodeTlsCrypto crypto;
  private final NodeCredentials credentials;
  private final List<KeyAgreement> keyAgreements;
  private final LaneBinding binding;
  private final byte[] encodedBinding;
  private final PeerCheck check;

  private SessionSecret sessionKey;

  NodeTlsServer(
      NodeTlsCrypto crypto,
      NodeCredentials credentials,
      List<KeyAgreement> keyAgreements,
      LaneBinding binding,
      byte[] encodedBinding,
      PeerCheck check) {
    super(crypto);
    this.crypto = crypto;
    this.credentials = credentials;
    this.keyAgreements = keyAgreements;
    this.binding = binding;
    this.encodedBinding = encodedBinding;
    this.check = check;
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return NodeTls.versions();
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return NodeTls.cipherSuites();
  }

  @Override
  public int[] getSupportedGroups() {
    return NodeTls.namedGroups(keyAgreements);
  }

  /** What this node prefers is made, as the lane's policy is its owner's as well. */
  @Override
  public boolean preferLocalSupportedGroups() {
    return true;
  }

  @Override
  public int getMaxCertificateChainLength() {
    return NodeTls.CERTIFICATES_MAX;
  }

  @Override
  public int getMaxHandshakeMessageSize() {
    return NodeTls.HANDSHAKE_MESSAGE_BYTES_MAX;
  }

  /**
   * The first look at what the client wants. Its extensions are not handed on: those that the
   * library would read here (OCSP, trusted CAs) we do not serve, and they hold names of any depth
   * from a client that has not proven itself yet.
   */
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"}) // Raw in the library.
  public void processClientExtensions(Hashtable clientExtensions) throws IOException {
    if (!binding.clusterId().equals(credentials.identity().clusterId())) {
      throw check.refuse(Refusal.OTHER_NODE, "it meant the cluster " + binding.clusterId());
    }
    if (!binding.serverNode().equals(credentials.identity().name())) {
      throw check.refuse(Refusal.OTHER_NODE, "it meant " + binding.serverNode());
    }
    int[] offered = TlsExtensionsUtils.getSupportedGroupsExtension(clientExtensions);
    if (offered == null || !sharesGroup(offered)) {
      throw check.refuse(
          Refusal.WEAK_KEY_AGREEMENT,
          "allowed here: " + keyAgreements.stream().map(KeyAgreement::word).toList());
    }
    super.processClientExtensions(new Hashtable());
  }

  private boolean sharesGroup(int[] offered) {
    for (int group : offered) {
      if (keyAgreements.stream().anyMatch(allowed -> allowed.namedGroup() == group)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public TlsCredentials getCredentials() throws IOException {
    return NodeTls.signer(context, crypto, credentials.keys(), NodeTls.noRequestContext());
  }

  @Override
  public CertificateRequest getCertificateRequest() throws IOException {
    return new CertificateRequest(
        NodeTls.noRequestContext(), NodeTls.signatureAlgorithms(), null, null);
  }

  /** It passed {@link NodeTlsCrypto#createCertificate}, or it is not here. */
  @Override
  public void notifyClientCertificate(Certificate certificate) throws IOException {
    if (!check.accepted()) {
      throw check.refuse(Refusal.NO_CERTIFICATE, "");
    }
  }

  @Override
  public void notifyAlertReceived(short level, short description) {
    super.notifyAlertReceived(level, description);
    if (level == AlertLevel.fatal) {
      check.alertReceived(description);
    }
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    if (!check.accepted()) {
      throw check.refuse(Refusal.NO_CERTIFICATE, "");
    }
    sessionKey = NodeTls.exportSessionKey(context, encodedBinding);
  }

  @Override
  public TlsContext tlsContext() {
    return context;
  }

  @Override
  public SessionSecret takeSessionKey() {
    SessionSecret taken = sessionKey;
    sessionKey = null;
    return taken;
  }
}
