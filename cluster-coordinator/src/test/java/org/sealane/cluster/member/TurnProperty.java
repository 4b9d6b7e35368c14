package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.NodeProcess;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;

/**
 * Three members turn a policy again and again while replies are lost, sessions expire, processes
 * restart, several believe they coordinate, and messages are under way. Then the faults end, and
 * the turn must complete.
 */
class TurnProperty {
  private static final int STEPS = 500;

  /** Events and replies that one member may take before another is looked at. */
  private static final int BURST_MAX = 40;

  /** A pass of reading is void if one reply is lost, and has some twenty. */
  private static final int LOSS_ONE_IN = 200;

  private static final List<Level> LEVELS = List.of(Level.CLEAR, Level.ENCRYPT, Level.SIGN);

  @Property(tries = 8)
  void shouldNeverSendWhatAnotherMemberRefusesAndAlwaysFinish(@ForAll long seed) throws Exception {
    new Run(seed).play();
  }

  private static final class Run {
    private final Random random;
    private final TestDocuments documents = new TestDocuments();
    private final MemoryStore store = new MemoryStore();
    private final List<LogicHarness> nodes = new ArrayList<>();
    private final Map<LogicHarness, List<LaneRules.Pass>> underWay = new HashMap<>();
    private final Map<LogicHarness, Long> highest = new HashMap<>();
    private final String path = LogicHarness.PATHS.document(TestDocuments.POLICY);
    private SignedDocument newest;
    private long epoch = 1;
    private long commits;
    private long lastCommitted = 1;

    Run(long seed) {
      random = new Random(seed);
      newest = documents.policy(1, Level.ENCRYPT, Optional.empty());
      store.carryOut(
          new StoreRequest.Create(
              path, DocumentCodec.encodeSlot(DocumentSlot.committed(newest)), Lifetime.PERSISTENT),
          0);
      for (String name : List.of("a", "b", "c")) {
        LogicHarness node = new LogicHarness(name, documents, store);
        nodes.add(node);
        underWay.put(node, new ArrayList<>());
      }
      // The third joins while turns are under way, and brings its enrolment then.
      for (LogicHarness node : nodes.subList(0, 2)) {
        node.connect();
        node.settle();
      }
      nodes.getFirst().settle();
    }

    void play() throws MalformedJsonException {
      for (int i = 0; i < STEPS; i++) {
        disturb(nodes.get(random.nextInt(nodes.size())));
        check();
      }
      for (int i = 0; i < 400 && slot().turn().isPresent() || i < 40; i++) {
        for (LogicHarness node : nodes) {
          if (node.session == 0) {
            node.connect();
          }
          node.elect(true);
          underWay.get(node).forEach(LaneRules.Pass::close);
          node.pass(Duration.ofMillis(100));
          node.settle();
          check();
        }
      }
      assertThat(slot().turn()).isEmpty();
      // A run that turns nothing proves nothing.
      assertThat(commits).isPositive();
      for (LogicHarness node : nodes) {
        assertThat(node.logic.phase()).isEqualTo(MemberPhase.LIVE);
        assertThat(node.logic.isSealed()).isFalse();
        assertThat(node.rule().accept()).hasSize(1);
        assertThat(node.rule().send()).isEqualTo(nodes.getFirst().rule().send());
      }
    }

    private void disturb(LogicHarness node) throws MalformedJsonException {
      node.pass(Duration.ofMillis(random.nextInt(80)));
      int dice = random.nextInt(100);
      if (dice < 70) {
        for (int left = random.nextInt(BURST_MAX); left > 0; left--) {
          node.step(request -> fate(node, request));
        }
      } else if (dice < 80) {
        traffic(node);
      } else if (dice < 85) {
        node.elect(random.nextInt(4) > 0);
      } else if (dice < 87) {
        node.pass(Duration.ofMillis(random.nextInt(4000)));
      } else if (dice < 88) {
        node.expire();
      } else if (dice < 89) {
        underWay.get(node).forEach(LaneRules.Pass::close);
        underWay.get(node).clear();
        node.restart();
      } else {
        propose(random.nextInt(8) == 0);
      }
      if (node.session == 0 && random.nextInt(12) == 0) {
        node.connect();
      }
    }

    private StoreResult fate(LogicHarness node, StoreRequest request) {
      int dice = random.nextInt(LOSS_ONE_IN);
      if (dice == 0) {
        return new StoreResult.Uncertain("never arrived");
      }
      StoreResult result = store.carryOut(request, node.session);
      return dice == 1 ? new StoreResult.Uncertain("answer lost") : result;
    }

    private void traffic(LogicHarness node) {
      List<LaneRules.Pass> passes = underWay.get(node);
      if (passes.size() > 3 || (!passes.isEmpty() && random.nextInt(3) > 0)) {
        passes.removeFirst().close();
      } else if (isTrusted(node)) {
        passes.add(
            node.rules.enter(
                TestDocuments.VOLUME, random.nextBoolean() ? LaneKind.CSV : LaneKind.SBL));
      }
    }

    /** As an administrator does: the next document, if no turn is in the way. */
    private void propose(boolean supersede) throws MalformedJsonException {
      StoreResult.Value value = (StoreResult.Value) store.carryOut(new StoreRequest.Read(path), 0);
      DocumentSlot slot = slot();
      if (slot.turn().isPresent() && !(supersede && slot.turn().get().step() == TurnStep.ACCEPT)) {
        return;
      }
      epoch++;
      SignedDocument next =
          documents.policy(epoch, LEVELS.get(random.nextInt(3)), slot.committed());
      store.carryOut(
          new StoreRequest.Create(
              LogicHarness.PATHS.epoch(
                  TestDocuments.POLICY,
                  DocumentCodec.decode(slot.committed().orElseThrow().payload()).epoch()),
              DocumentCodec.encodeSigned(slot.committed().orElseThrow()),
              Lifetime.PERSISTENT),
          0);
      store.carryOut(
          new StoreRequest.CompareAndSet(
              path,
              DocumentCodec.encodeSlot(
                  TestDocuments.turning(slot.committed(), next, TurnStep.ACCEPT)),
              value.stat().version()),
          0);
    }

    private DocumentSlot slot() throws MalformedJsonException {
      StoreResult.Value value = (StoreResult.Value) store.carryOut(new StoreRequest.Read(path), 0);
      return DocumentCodec.decodeSlot(value.data());
    }

    /** Whoever was fenced has nothing under way any more: its connections are gone. */
    private void applyFences() {
      for (LogicHarness node : nodes) {
        for (LogicHarness other : nodes) {
          if (other.fences.removeIf(
              gone -> gone.process().equals(new NodeProcess(node.node, node.incarnation)))) {
            underWay.get(node).forEach(LaneRules.Pass::close);
            underWay.get(node).clear();
          }
        }
      }
    }

    private void check() throws MalformedJsonException {
      applyFences();
      DocumentSlot slot = slot();
      long committed = DocumentCodec.decode(slot.committed().orElseThrow().payload()).epoch();
      if (committed != lastCommitted) {
        commits++;
        lastCommitted = committed;
      }
      for (LogicHarness sender : nodes) {
        checkEpochs(sender);
        if (!isTrusted(sender)) {
          continue;
        }
        // The commit is allowed only when no member sends, or has under way, what was before.
        assertThat(sender.rule().send().epoch()).isGreaterThanOrEqualTo(committed);
        assertThat(
                sender
                    .rules
                    .drainedBelow(TestDocuments.VOLUME, LaneKind.CSV, committed)
                    .toCompletableFuture()
                    .isDone())
            .isTrue();
        for (LogicHarness receiver : nodes) {
          if (isTrusted(receiver)) {
            assertThat(receiver.rule().accept()).contains(sender.rule().send());
          }
        }
      }
    }

    private void checkEpochs(LogicHarness node) {
      long remembered =
          node.disk.containsKey(TestDocuments.POLICY)
              ? node.disk.get(TestDocuments.POLICY).highestEpoch()
              : 0;
      assertThat(remembered).isGreaterThanOrEqualTo(highest.getOrDefault(node, 0L));
      highest.put(node, remembered);
    }

    /** In a living session and not sealed: what it sends may be clear. */
    private static boolean isTrusted(LogicHarness node) {
      return node.session != 0 && !node.logic.isSealed();
    }
  }
}
