package org.sealane.cluster.member;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.turn.LeaseRecord;
import org.sealane.cluster.turn.LedgerEntry;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.Statement;

/** An enrolled member that registers, and after that does only what the test has it do. */
final class SilentMember implements AutoCloseable {
  static final String NAME = "silent";

  final TestKeys key = TestKeys.generate();
  final Intruder session;
  final MemberId id;
  private final TestCluster cluster;
  private final ClusterPaths paths;

  SilentMember(TestCluster cluster, TestCluster.Node witness) throws AdminException {
    this.cluster = cluster;
    this.paths = witness.member.paths();
    witness.admin().nodeEnroll(NAME, key.pair().getPublic(), cluster.adminKey::sign);
    session = new Intruder(cluster);
    id = new MemberId(NAME, session.session, UUID.randomUUID());
    writeLease(false);
    session.done(
        new StoreRequest.Create(
            paths.node(NAME),
            new Registration(
                    id,
                    witness
                        .member
                        .view()
                        .node(witness.name)
                        .orElseThrow()
                        .endpoints()
                        .orElseThrow(),
                    Map.of())
                .encode(cluster.clusterId, key::sign),
            Lifetime.EPHEMERAL));
    witness.await(
        view -> view.node(NAME).filter(n -> n.state() == ClusterView.NodeState.LIVE).isPresent());
  }

  private void writeLease(boolean released) {
    session.write(
        paths.lease(NAME),
        Statement.encode(cluster.clusterId, new LeaseRecord(id, released), key::sign));
  }

  /** Its entry, signed by {@code by}. */
  byte[] entry(UUID volume, long epoch, DocumentDigest digest, TurnStep step, TestKeys by) {
    return Statement.encode(
        cluster.clusterId,
        new LedgerEntry(volume, epoch, digest, step, id, List.of(), Instant.EPOCH),
        by::sign);
  }

  String entryPath(UUID volume, long epoch, TurnStep step) {
    return paths.ledgerEntry(volume, epoch, step.word(), NAME);
  }

  /** Says that it has done a step. */
  void does(UUID volume, long epoch, DocumentDigest digest, TurnStep step) {
    session.write(entryPath(volume, epoch, step), entry(volume, epoch, digest, step, key));
  }

  /** Goes in order: nobody has to cut it off. */
  void leave() {
    writeLease(true);
    session.delete(paths.node(NAME));
  }

  /** Goes without a word, as if killed. */
  @Override
  public void close() {
    session.close();
  }
}
