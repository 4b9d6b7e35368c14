package org.sealane.smb.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatusRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ExtensionType;
import org.bouncycastle.tls.KeyShareEntry;
import org.bouncycastle.tls.NewSessionTicket;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerHello;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsExtensionsUtils;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsUtils;

/** The opening end of TLS under the node mechanism. */
final class NodeTlsClient extends DefaultTlsClient implements TlsAuthentication, NodeTlsPeer {

  /** Bouncy Castle's state machine, with a look at what it does not hand out. */
  static final class Protocol extends TlsClientProtocol implements NodeTlsProtocol {
    private int namedGroup = -1;

    @Override
    protected void process13ServerHello(ServerHello serverHello, boolean afterHelloRetryRequest)
        throws IOException {
      super.process13ServerHello(serverHello, afterHelloRetryRequest);
      KeyShareEntry share = TlsExtensionsUtils.getKeyShareServerHello(serverHello.getExtensions());
      if (share != null) {
        namedGroup = share.getNamedGroup();
      }
    }

    /**
     * Refuses a list of CAs, which our servers do not send: the library would parse names of any
     * depth, from a server that has not proven itself yet. [RFC 8446] 4.3.2: a context, then
     * extensions of two bytes type, two bytes length.
     */
    @Override
    protected void receive13CertificateRequest(ByteArrayInputStream in, boolean postHandshakeAuth)
        throws IOException {
      byte[] request = in.readAllBytes();
      ByteArrayInputStream fields = new ByteArrayInputStream(request);
      TlsUtils.readOpaque8(fields);
      ByteArrayInputStream extensions = new ByteArrayInputStream(TlsUtils.readOpaque16(fields));
      while (extensions.available() > 0) {
        int type = TlsUtils.readUint16(extensions);
        TlsUtils.readOpaque16(extensions);
        if (type == ExtensionType.certificate_authorities) {
          throw new TlsFatalAlert(AlertDescription.unsupported_extension);
        }
      }
      super.receive13CertificateRequest(new ByteArrayInputStream(request), postHandshakeAuth);
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
  private final KeyAndCertificate keys;
  private final List<KeyAgreement> keyAgreements;
  private final byte[] encodedBinding;
  private final PeerCheck check;

  private boolean wasAsked;
  private SessionSecret sessionKey;

  NodeTlsClient(
      NodeTlsCrypto crypto,
      KeyAndCertificate keys,
      List<KeyAgreement> keyAgreements,
      byte[] encodedBinding,
      PeerCheck check) {
    super(crypto);
    this.crypto = crypto;
    this.keys = keys;
    this.keyAgreements = keyAgreements;
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
  @SuppressWarnings("rawtypes") // The parameter is raw in the library, and not used here.
  protected Vector<Integer> getSupportedGroups(Vector namedGroupRoles) {
    Vector<Integer> groups = new Vector<>();
    for (int group : NodeTls.namedGroups(keyAgreements)) {
      groups.add(group);
    }
    return groups;
  }

  /** One share, of the preferred group: a server that wants another asks for it. */
  @Override
  public Vector<Integer> getEarlyKeyShareGroups() {
    Vector<Integer> groups = new Vector<>();
    groups.add(keyAgreements.get(0).namedGroup());
    return groups;
  }

  @Override
  protected Vector<SignatureAndHashAlgorithm> getSupportedSignatureAlgorithms() {
    return NodeTls.signatureAlgorithms();
  }

  @Override
  protected CertificateStatusRequest getCertificateStatusRequest() {
    return null;
  }

  /** No change_cipher_spec records: nothing between the nodes looks at this handshake. */
  @Override
  public boolean shouldUseCompatibilityMode() {
    return false;
  }

  @Override
  public int getMaxCertificateChainLength() {
    return NodeTls.CERTIFICATES_MAX;
  }

  @Override
  public int getMaxHandshakeMessageSize() {
    return NodeTls.HANDSHAKE_MESSAGE_BYTES_MAX;
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return this;
  }

  /** It passed {@link NodeTlsCrypto#createCertificate}, or it is not here. */
  @Override
  public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
    if (!check.accepted()) {
      throw check.refuse(Refusal.NO_CERTIFICATE, "");
    }
  }

  @Override
  public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
    wasAsked = true;
    return NodeTls.signer(context, crypto, keys, request.getCertificateRequestContext());
  }

  /** No resumption: every lane proves itself anew. */
  @Override
  public void notifyNewSessionTicket(NewSessionTicket ticket) throws IOException {
    throw new TlsFatalAlert(AlertDescription.unexpected_message);
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
    if (!check.accepted() || !wasAsked) {
      // A server that does not ask who we are can not know whose lane this is.
      throw new TlsFatalAlert(AlertDescription.handshake_failure);
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
