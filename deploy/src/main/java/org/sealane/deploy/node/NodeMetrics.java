package org.sealane.deploy.node;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.sealane.cluster.member.MemberPhase;
import org.sealane.rdma.transport.RdmaCounter;
import org.sealane.rdma.transport.RdmaTransport;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.lane.LaneNode;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.FramePool;

/** What a node counts, and under which names. */
final class NodeMetrics {
  private NodeMetrics() {}

  static void register(
      MeterRegistry registry, CurrentView view, LaneNode lanes, FramePool pool, LaneRules rules) {
    payload(registry, lanes, Level.ENCRYPT, PayloadBytes::sealed);
    payload(registry, lanes, Level.SIGN, PayloadBytes::signed);
    payload(registry, lanes, Level.CLEAR, PayloadBytes::clear);
    Gauge.builder("sealane.lanes", lanes, node -> node.lanes().status().size())
        .description("Lanes this node has open to others.")
        .register(registry);
    FunctionCounter.builder("sealane.lane.fallbacks", lanes, node -> node.lanes().fallbacks())
        .description("Lane sessions over TCP because RDMA failed, which the policy prefers.")
        .register(registry);
    FunctionCounter.builder("sealane.lane.returns", lanes, node -> node.lanes().returns())
        .description("Moves of lanes back to RDMA.")
        .register(registry);
    Gauge.builder("sealane.frames.bytes", pool, FramePool::outstandingBytes)
        .description("Memory of frames in use.")
        .register(registry);
    Gauge.builder("sealane.member.live", view, NodeMetrics::isLive)
        .description("1 while the node follows its cluster.")
        .register(registry);
    Gauge.builder("sealane.sealed", rules, known -> known.isFailSealed() ? 1 : 0)
        .description("1 while the node sends only encrypted, since it holds no lease.")
        .register(registry);
  }

  /** Every counter of the node's RDMA transport, with the provider that it runs on. */
  static void register(MeterRegistry registry, RdmaTransport rdma) {
    for (RdmaCounter counter : RdmaCounter.values()) {
      FunctionCounter.builder(name(counter), rdma.counters(), counters -> counters.get(counter))
          .description(sentence(counter.label()))
          .tag("provider", rdma.provider())
          .register(registry);
    }
    Gauge.builder("sealane.rdma.buffers.free", rdma, RdmaTransport::freeBuffers)
        .description("Registered buffers for placed payloads that are not lent.")
        .tag("provider", rdma.provider())
        .register(registry);
    Gauge.builder("sealane.rdma.connections.free", rdma, RdmaTransport::freeConnections)
        .description("RDMA connections that could still be opened.")
        .tag("provider", rdma.provider())
        .register(registry);
  }

  private static String name(RdmaCounter counter) {
    return "sealane.rdma." + counter.name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private static String sentence(String label) {
    return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1) + ".";
  }

  private static void payload(
      MeterRegistry registry, LaneNode lanes, Level level, ToLongFunction<PayloadBytes> bytes) {
    FunctionCounter.builder("sealane.lane.payload", lanes, node -> sum(node, bytes))
        .description("Payload bytes on lanes this node opened, both directions.")
        .baseUnit("bytes")
        .tag("level", level.word())
        .register(registry);
  }

  private static double sum(LaneNode lanes, ToLongFunction<PayloadBytes> bytes) {
    return lanes.lanes().status().stream().map(LaneStatus::payload).mapToLong(bytes).sum();
  }

  private static double isLive(CurrentView view) {
    return view.get().filter(shown -> shown.connection() == MemberPhase.LIVE).isPresent() ? 1 : 0;
  }
}
