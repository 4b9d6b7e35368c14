package org.sealane.deploy.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.cluster.audit.AuditSigner;
import org.sealane.cluster.audit.ChainedAuditLog;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.member.MemberConfig;
import org.sealane.cluster.member.MemberIdentity;
import org.sealane.cluster.member.NodeEndpoints;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.units.HostPort;

/**
 * Who the node is, from its bundle and configuration.
 *
 * @param config the node's
 * @param held the node's bundle
 */
record NodeIdentity(NodeConfig config, HeldBundle held) {
  /** The release that the registration names. */
  private static final String VERSION = "0.1.0";

  /** The bundle, with the certificate of now. */
  JoinBundle bundle() {
    return held.get();
  }

  /** Where the node keeps what it must not forget. */
  private Path stateDirectory() {
    return config.dataDirectory().resolve("cluster");
  }

  /** Whose audit log it is. */
  AuditSigner auditSigner() {
    return new AuditSigner(
        bundle().clusterId(),
        config.name(),
        bundle().credentials().keys().certificate().getPublicKey(),
        this::sign);
  }

  /** Opens the node's audit log, which must be there if the node has run before. */
  ChainedAuditLog openAuditLog() throws IOException {
    boolean isFirstStart = Files.notExists(stateDirectory());
    return ChainedAuditLog.open(
        config.dataDirectory().resolve("audit"),
        auditSigner(),
        InstantSource.system(),
        isFirstStart);
  }

  /**
   * What the member is told, with the ports that the listeners really have.
   *
   * @param transports those that are open
   */
  MemberConfig memberConfig(
      HostPort lane, HostPort smb, HostPort admin, HostPort metrics, List<LaneTransport> transports)
      throws IOException {
    return new MemberConfig(
        bundle().clusterId(),
        bundle().clusterName(),
        config.name(),
        bundle().credentials().keys().certificate().getPublicKey(),
        this::sign,
        bundle().adminKey(),
        bundle().epochFloor(),
        new NodeEndpoints(
            advertised(lane),
            advertised(smb),
            advertised(admin),
            Optional.of("http://" + metrics.withHost(config.advertise()) + "/metrics"),
            transports.stream().map(LaneTransport::word).toList(),
            VERSION,
            ProcessHandle.current().pid(),
            bundle().credentials().keys().certificate().getNotAfter().toInstant()),
        stateDirectory(),
        config.roots(),
        bundled());
  }

  private org.sealane.cluster.member.HostPort advertised(HostPort listener) {
    return new org.sealane.cluster.member.HostPort(config.advertise(), listener.port());
  }

  private List<MemberIdentity.Bundled> bundled() throws IOException {
    List<MemberIdentity.Bundled> bundled = new ArrayList<>();
    for (SignedDocument signed : bundle().documents()) {
      try {
        Document document = DocumentCodec.decode(signed.payload());
        bundled.add(
            new MemberIdentity.Bundled(document.key().kind(), document.key().object(), signed));
      } catch (MalformedJsonException e) {
        throw new IOException("bundle: a document in it can not be read: " + e.getMessage(), e);
      }
    }
    return bundled;
  }

  private byte[] sign(byte[] statement) {
    PrivateKey key = bundle().credentials().keys().key();
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(statement);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with Ed25519", e);
    }
  }
}
