package org.sealane.deploy.node;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.identity.DataKey;
import org.sealane.cluster.identity.NodeDataKeys;
import org.sealane.cluster.identity.SealedKeytab;
import org.sealane.cluster.member.ClusterView;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.kerberos.Keytab;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's keytab, opened once for each document that brings one; empty while there is none
 * that can be used. Any thread may call.
 */
final class UserKeytab implements Supplier<Optional<Keytab>> {
  private static final Logger LOG = LoggerFactory.getLogger(UserKeytab.class);

  private final CurrentView view;
  private final NodeDataKeys dataKeys;
  private volatile Opened last = new Opened(Optional.empty(), Optional.empty());

  /** What came of a document. */
  private record Opened(Optional<DocumentContent.Keytab> from, Optional<Keytab> keytab) {}

  UserKeytab(CurrentView view, NodeDataKeys dataKeys) {
    this.view = view;
    this.dataKeys = dataKeys;
  }

  @Override
  public Optional<Keytab> get() {
    Optional<ClusterView> now = view.get();
    Optional<DocumentContent.Keytab> content = now.flatMap(known -> known.clients().keytab());
    Opened known = last;
    if (known.from().equals(content)) {
      return known.keytab();
    }
    Optional<Keytab> opened = content.flatMap(sealed -> open(now.orElseThrow(), sealed));
    // One that can not be opened yet is tried again: its key may come later.
    if (opened.isPresent() || content.isEmpty()) {
      last = new Opened(content, opened);
    }
    return opened;
  }

  private Optional<Keytab> open(ClusterView now, DocumentContent.Keytab sealed) {
    List<DataKey> keys = dataKeys.inForce(now.clusterId(), now.self(), now.clients().dataKey());
    Optional<byte[]> bytes = SealedKeytab.open(sealed, now.clusterId(), keys);
    if (bytes.isEmpty()) {
      LOG.warn("the keytab is sealed under a data key that this node has not");
      return Optional.empty();
    }
    try {
      return Optional.of(Keytab.parse(bytes.get(), "the cluster's keytab"));
    } catch (CredentialsException e) {
      LOG.warn("{}", e.getMessage());
      return Optional.empty();
    } finally {
      Arrays.fill(bytes.get(), (byte) 0);
    }
  }
}
