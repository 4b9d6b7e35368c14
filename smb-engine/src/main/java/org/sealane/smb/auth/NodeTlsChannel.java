package org.sealane.smb.auth;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.TlsSecret;

/**
 * TLS as a function from records to records, for both ends of the node mechanism. Holds key
 * material until closed. Not thread-safe.
 */
final class NodeTlsChannel implements AutoCloseable {
  private final TlsProtocol protocol;
  private final NodeTlsProtocol view;
  private final NodeTlsPeer peer;
  private final PeerCheck check;

  private <P extends TlsProtocol & NodeTlsProtocol> NodeTlsChannel(
      P protocol, NodeTlsPeer peer, PeerCheck check) {
    this.protocol = protocol;
    this.view = protocol;
    this.peer = peer;
    this.check = check;
  }

  /** Begins the opening end: its first records are in {@link #output}. */
  static NodeTlsChannel connect(NodeTlsClient client, PeerCheck check) {
    NodeTlsClient.Protocol protocol = new NodeTlsClient.Protocol();
    start(() -> ((TlsClientProtocol) protocol).connect(client));
    return new NodeTlsChannel(protocol, client, check);
  }

  /** Begins the accepting end. */
  static NodeTlsChannel accept(NodeTlsServer server, PeerCheck check) {
    NodeTlsServer.Protocol protocol = new NodeTlsServer.Protocol();
    start(() -> ((TlsServerProtocol) protocol).accept(server));
    return new NodeTlsChannel(protocol, server, check);
  }

  private interface Start {
    void run() throws IOException;
  }

  private static void start(Start start) {
    try {
      start.run();
    } catch (IOException e) {
      throw new IllegalStateException("TLS begins without a peer's bytes", e);
    }
  }

  /**
   * Takes the records of one token. False if that ended the handshake badly: then the reason is in
   * {@link PeerCheck#reason} and an alert may be in {@link #output}.
   */
  boolean offer(byte[] records) {
    try {
      protocol.offerInput(records);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Whatever a peer's bytes did to the library, its state is discarded now. The stack can run
      // out only if a parser met nesting that the limits above it should have kept away.
      check.failed(e);
      return false;
    }
    if (protocol.isClosed()) {
      check.malformed("it closed the handshake");
      return false;
    }
    if (view.hasPartialRecord()) {
      check.malformed("a token ends inside a TLS record");
      return false;
    }
    return true;
  }

  /** True once both ends' Finished messages were exchanged and verified. */
  boolean isConnected() {
    return protocol.isConnected();
  }

  /** All records that wait to be sent. */
  byte[] output() {
    byte[] output = new byte[protocol.getAvailableOutputBytes()];
    protocol.readOutput(output, 0, output.length);
    return output;
  }

  /** All application data that was received. */
  byte[] applicationData() {
    byte[] received = new byte[protocol.getAvailableInputBytes()];
    protocol.readInput(received, 0, received.length);
    return received;
  }

  /** Puts a record of application data into {@link #output}. */
  void writeApplicationData(byte[] content) {
    try {
      protocol.writeApplicationData(content, 0, content.length);
    } catch (IOException e) {
      throw new IllegalStateException("a connected TLS channel can write", e);
    }
  }

  /** The group that made the key, if it is one of {@code allowed}. */
  Optional<KeyAgreement> keyAgreement(List<KeyAgreement> allowed) {
    return allowed.stream()
        .filter(agreement -> agreement.namedGroup() == view.namedGroup())
        .findFirst();
  }

  /** The lane's key; the caller owns it. Only once, and only after {@link #isConnected}. */
  SessionSecret takeSessionKey() {
    return peer.takeSessionKey();
  }

  /** Destroys the TLS secrets and the session key if nobody took it. */
  @Override
  public void close() {
    SessionSecret untaken = peer.takeSessionKey();
    if (untaken != null) {
      untaken.close();
    }
    SecurityParameters secrets = peer.tlsContext().getSecurityParameters();
    if (secrets != null) {
      destroy(secrets.getTrafficSecretClient());
      destroy(secrets.getTrafficSecretServer());
    }
    try {
      protocol.close();
    } catch (IOException | RuntimeException e) {
      check.failed(e);
    }
  }

  private static void destroy(TlsSecret secret) {
    if (secret != null) {
      secret.destroy();
    }
  }
}
