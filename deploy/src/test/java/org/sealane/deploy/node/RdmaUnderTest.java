package org.sealane.deploy.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.rdma.transport.RdmaCounter;
import org.sealane.rdma.transport.RdmaSettings;
import org.sealane.rdma.transport.RdmaTransport;
import org.sealane.rdma.verbs.ProviderUnderTest;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;

/** The RDMA transports of two nodes, on the provider under test. */
final class RdmaUnderTest implements TwoLaneNodes.Rdma {
  private static final List<String> NODES = List.of("node1", "node2");

  private final ProviderUnderTest under;
  private final Set<String> having;
  private final List<RdmaTransport> transports = new ArrayList<>();
  private int asked;

  /**
   * @param directory for what {@code software} shares
   * @param having the nodes that have a device
   */
  RdmaUnderTest(Path directory, Set<String> having) {
    this.under = ProviderUnderTest.selected(directory);
    this.having = having;
  }

  RdmaUnderTest(Path directory) {
    this(directory, Set.copyOf(NODES));
  }

  String provider() {
    return under.provider().name();
  }

  @Override
  public Optional<Transport> open(FramePool pool) throws IOException {
    String node = NODES.get(asked++ % NODES.size());
    if (!having.contains(node)) {
      return Optional.empty();
    }
    Verbs verbs = node.equals("node1") ? under.openServer() : under.openClient();
    RdmaTransport opened = new RdmaTransport(verbs, RdmaSettings.defaults(), pool);
    transports.add(opened);
    return Optional.of(opened);
  }

  @Override
  public String host(String node) {
    return (node.equals("node1") ? under.server() : under.client()).getHostString();
  }

  /** Those that were opened. */
  List<RdmaTransport> transports() {
    return transports;
  }

  long count(RdmaCounter counter) {
    return transports.stream().mapToLong(transport -> transport.counters().get(counter)).sum();
  }
}
