package org.sealane.deploy.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.smb.auth.CredentialsException;

/** What is wrong with a node's host before anything is started. */
final class NodeChecks {
  private NodeChecks() {}

  /** The node's bundle, if the configuration, the bundle and the directories fit each other. */
  static JoinBundle bundle(NodeConfig config) throws NodeStartException {
    JoinBundle bundle;
    try {
      bundle = JoinBundle.load(config.bundle());
    } catch (CredentialsException e) {
      throw new NodeStartException("bundle: " + e.getMessage(), e);
    }
    if (!bundle.node().equals(config.name())) {
      throw new NodeStartException(
          "bundle: %s is for node %s, but the configuration says name: %s"
              .formatted(config.bundle(), bundle.node(), config.name()));
    }
    Instant expires = bundle.credentials().keys().certificate().getNotAfter().toInstant();
    if (expires.isBefore(Instant.now())) {
      throw new NodeStartException(
          "bundle: the certificate of node %s expired at %s; renew it"
              .formatted(config.name(), expires));
    }
    for (Path root : config.roots()) {
      if (!Files.isDirectory(root)) {
        throw new NodeStartException(
            "roots: " + root + " is not a directory; make it, or take it out");
      }
    }
    requireUsable(config.dataDirectory());
    return bundle;
  }

  private static void requireUsable(Path dataDirectory) throws NodeStartException {
    Path existing = dataDirectory;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new NodeStartException("data-dir: " + dataDirectory + " can not be written");
    }
  }
}
