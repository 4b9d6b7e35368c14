package org.sealane.cluster.identity;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.sealane.smb.auth.Enrollment;
import org.sealane.smb.auth.KeyAgreement;
import org.sealane.smb.auth.NodeCredentials;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;

/**
 * One handshake of the node mechanism: both sides' work, one after the other, on one thread and
 * without a network. On a machine that does other work, divide {@code cpuMicros} by {@code
 * handshakes}: that is the processor's time, whoever else waited for it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class HandshakeBenchmark {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  @Param({"X25519_MLKEM768", "X25519"})
  public KeyAgreement keyAgreement;

  /** Counted over all iterations. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Spent {
    public long cpuMicros;
    public long handshakes;
  }

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private LaneBinding lane;
  private NodeMechanism node1;
  private NodeMechanism node2;

  @Setup
  public void issue() {
    SecureRandom random = new SecureRandom();
    Validity validity = Validity.startingAt(NOW, Duration.ofDays(1));
    ClusterCa ca = ClusterCa.create(UUID.randomUUID(), "bench", validity, random);
    lane = new LaneBinding(ca.clusterId(), "node1", "node2", UUID.randomUUID(), LaneKind.CSV, 1);
    node1 = mechanism(ca.issueNode("node1", validity), random);
    node2 = mechanism(ca.issueNode("node2", validity), random);
  }

  private NodeMechanism mechanism(NodeCredentials credentials, SecureRandom random) {
    return new NodeMechanism(
        () -> credentials,
        certificate -> Enrollment.Verdict.ACCEPTED,
        List.of(keyAgreement),
        InstantSource.fixed(NOW),
        random);
  }

  /** Fails if the handshake does: a fast refusal is no measurement. */
  @Benchmark
  public Object handshake(Spent spent) {
    long startedNanos = threads.getCurrentThreadCpuTime();
    try (SecurityContext initiator = node1.initiator(lane);
        SecurityContext acceptor = node2.acceptor()) {
      Step.Continue hello = (Step.Continue) initiator.next(new byte[0]);
      Step.Continue answer = (Step.Continue) acceptor.next(hello.token());
      Step.Continue last = (Step.Continue) initiator.next(answer.token());
      Step.Complete accepted = (Step.Complete) acceptor.next(last.token());
      Step.Complete complete = (Step.Complete) initiator.next(accepted.token());
      accepted.sessionKey().close();
      complete.sessionKey().close();
      return complete;
    } finally {
      spent.cpuMicros += (threads.getCurrentThreadCpuTime() - startedNanos) / 1000;
      spent.handshakes++;
    }
  }
}
