package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.ownership.OwnerTerm;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.smb.lane.Level;

/**
 * Three candidates own a volume in turn while replies are lost, nodes are cut off, paused and
 * restarted, sessions end and an administrator moves the volume. Operations begin, take time, have
 * their effect and are acknowledged or not. Whatever happens, nothing of an earlier owner takes
 * effect or is acknowledged after something of a later one; and when the faults end, the volume is
 * owned.
 */
class OwnershipProperty {
  private static final int STEPS = 1_500;
  private static final int BURST_MAX = 60;
  private static final int LOSS_ONE_IN = 150;
  private static final ObjectKey VOLUME = ObjectKey.volume(TestDocuments.VOLUME);
  private static final List<String> NAMES = List.of("a", "b", "c");

  @Property(tries = 12)
  void shouldNeverLetAnEarlierOwnerActAfterALaterOne(@ForAll long seed) {
    Run run = new Run(seed, true);
    run.play();
    assertThat(run.violations).isEmpty();
    run.settle();
    assertThat(run.acknowledged).as("a run that serves nothing proves nothing").isPositive();
  }

  /** The judge can tell: without a lock that holds, a paused owner writes over the next one's. */
  @Example
  void shouldSeeTheHarmWhereLocksDoNotHold() {
    assertThat(
            LongStream.range(0, 40)
                .mapToObj(seed -> new Run(seed, false))
                .anyMatch(run -> {
                  run.play();
                  return !run.violations.isEmpty();
                }))
        .isTrue();
  }

  /** A node with the operations that are under way on it. */
  private static final class Candidate {
    final LogicHarness node;
    final List<OwnerTerm> operations = new ArrayList<>();
    Optional<OwnerTerm> term = Optional.empty();

    /** Nothing of its process runs. */
    boolean paused;

    /** Nothing passes between it and the store. */
    boolean cutOff;

    Candidate(LogicHarness node) {
      this.node = node;
    }

    boolean leaseHeld() {
      return node.nowNanos - node.leaseUntil < 0;
    }
  }

  private static final class Run {
    private final Random random;
    private final boolean locksHold;
    private final TestDocuments documents = new TestDocuments();
    private final MemoryStore store = new MemoryStore();
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<LogicHarness, Long> servedUnder = new HashMap<>();
    private Optional<Candidate> lockHolder = Optional.empty();
    private long markerEpoch;
    private long highestEffect;
    private long highestAcknowledged;
    private DocumentContent.Volume volume =
        new DocumentContent.Volume(
            "v1",
            NAMES,
            NAMES.stream().collect(Collectors.toMap(name -> name, _ -> "/srv/v1")),
            true);
    private SignedDocument newest;
    private long documentEpoch;
    final List<String> violations = new ArrayList<>();
    long acknowledged;

    Run(long seed, boolean locksHold) {
      this.random = new Random(seed);
      this.locksHold = locksHold;
      store.carryOut(
          new StoreRequest.Create(
              LogicHarness.PATHS.document(TestDocuments.POLICY),
              DocumentCodec.encodeSlot(
                  DocumentSlot.committed(documents.policy(1, Level.ENCRYPT, Optional.empty()))),
              Lifetime.PERSISTENT),
          0);
      write(volume);
      for (String name : NAMES) {
        Candidate candidate = new Candidate(new LogicHarness(name, documents, store));
        candidate.node.backings = action -> backing(candidate, action);
        candidates.add(candidate);
        candidate.node.connect();
        candidate.node.settle();
      }
    }

    /** The next document of the volume, as an administrator's command leaves it. */
    private void write(DocumentContent.Volume content) {
      documentEpoch++;
      Optional<SignedDocument> before = Optional.ofNullable(newest);
      SignedDocument next =
          documents.sign(
              new Document(
                  TestDocuments.CLUSTER,
                  VOLUME,
                  documentEpoch,
                  before.map(SignedDocument::digest),
                  Instant.EPOCH,
                  content));
      volume = content;
      newest = next;
      String path = LogicHarness.PATHS.document(VOLUME);
      byte[] slot = DocumentCodec.encodeSlot(DocumentSlot.committed(next));
      store.carryOut(
          before.isEmpty()
              ? new StoreRequest.Create(path, slot, Lifetime.PERSISTENT)
              : new StoreRequest.CompareAndSet(path, slot, StoreRequest.ANY_VERSION),
          0);
      store.carryOut(
          new StoreRequest.Create(
              LogicHarness.PATHS.epoch(VOLUME, documentEpoch),
              DocumentCodec.encodeSigned(next),
              Lifetime.PERSISTENT),
          0);
    }

    private void backing(Candidate candidate, MemberAction action) {
      switch (action) {
        case MemberAction.ClaimBacking claim -> {
          boolean free = !locksHold || lockHolder.isEmpty();
          if (free) {
            lockHolder = Optional.of(candidate);
          }
          candidate.node.inbox.add(
              new MemberEvent.BackingClaimed(
                  claim.volume(),
                  free ? OptionalLong.of(markerEpoch) : OptionalLong.empty(),
                  free ? "" : "locked"));
        }
        case MemberAction.RecordOwnerEpoch record -> {
          boolean good = record.ownerEpoch() >= markerEpoch;
          if (good) {
            markerEpoch = record.ownerEpoch();
            candidate.term =
                candidate.term.or(
                    () -> Optional.of(new OwnerTerm(record.ownerEpoch(), candidate::leaseHeld)));
          }
          candidate.node.inbox.add(
              new MemberEvent.OwnerEpochRecorded(
                  record.volume(), record.ownerEpoch(), good, good ? "" : "below the marker's"));
        }
        case MemberAction.ReleaseBacking release -> {
          Optional<OwnerTerm> ending = candidate.term;
          candidate.term = Optional.empty();
          Runnable unlock =
              () -> {
                unlock(candidate);
                candidate.node.inbox.add(new MemberEvent.BackingReleased(release.volume()));
              };
          ending.ifPresentOrElse(term -> term.end(release.inOrder()).thenRun(unlock), unlock);
        }
        default -> throw new IllegalArgumentException("not about a backing: " + action);
      }
    }

    private void unlock(Candidate candidate) {
      lockHolder = lockHolder.filter(holder -> holder != candidate);
    }

    void play() {
      for (int i = 0; i < STEPS; i++) {
        pass(random.nextInt(60));
        disturb(candidates.get(random.nextInt(candidates.size())));
        requireOneServing();
      }
    }

    /** Time passes for all; who is paused does not notice. */
    private void pass(int millis) {
      for (Candidate candidate : candidates) {
        if (candidate.paused) {
          candidate.node.nowNanos += Duration.ofMillis(millis).toNanos();
        } else {
          candidate.node.pass(Duration.ofMillis(millis));
        }
        timeOut(candidate);
      }
    }

    /** The store ends a session a whole timeout after the write that the lease was counted from. */
    private void timeOut(Candidate candidate) {
      LogicHarness node = candidate.node;
      long endsAt = node.leaseUntil + LogicHarness.TIMEOUT.toNanos() / 2;
      if ((candidate.paused || candidate.cutOff) && node.nowNanos - endsAt >= 0) {
        store.expire(node.session);
      }
    }

    private void disturb(Candidate candidate) {
      int dice = random.nextInt(100);
      if (dice < 60) {
        work(candidate, random.nextInt(BURST_MAX));
      } else if (dice < 90) {
        operate(candidate);
      } else if (dice < 91) {
        // Each fault lasts some hundred steps, and so longer than a session.
        change(candidate, () -> candidate.paused = !candidate.paused);
      } else if (dice < 92) {
        change(candidate, () -> candidate.cutOff = !candidate.cutOff);
      } else if (dice < 93) {
        crash(candidate);
      } else if (dice < 94) {
        write(volume.movedTo(NAMES.get(random.nextInt(NAMES.size()))));
      }
    }

    /** Who comes back learns that its session is over, if it is, and makes another. */
    private void change(Candidate candidate, Runnable fault) {
      fault.run();
      LogicHarness node = candidate.node;
      if (!candidate.paused && !candidate.cutOff) {
        boolean expired = node.nowNanos - node.leaseUntil >= LogicHarness.TIMEOUT.toNanos() / 2;
        if (node.session != 0 && expired) {
          node.expire();
        }
        if (node.session == 0) {
          node.connect();
        }
      }
    }

    private void work(Candidate candidate, int steps) {
      for (int i = 0; i < steps && !candidate.paused; i++) {
        LogicHarness node = candidate.node;
        if (candidate.cutOff) {
          Optional.ofNullable(node.inbox.poll()).ifPresent(node::tell);
        } else if (node.session != 0) {
          node.step(request -> fate(node, request));
        }
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

    /** An operation begins, or one that was under way has its effect and is answered. */
    private void operate(Candidate candidate) {
      if (candidate.paused) {
        return;
      }
      if (candidate.operations.size() < 3 && candidate.term.filter(OwnerTerm::enter).isPresent()) {
        candidate.operations.add(candidate.term.get());
      } else if (!candidate.operations.isEmpty()) {
        finish(candidate);
      }
    }

    private void finish(Candidate candidate) {
      OwnerTerm term = candidate.operations.removeFirst();
      long epoch = term.ownerEpoch();
      if (epoch < highestEffect) {
        violations.add("effect under " + epoch + " after one under " + highestEffect);
      }
      highestEffect = Math.max(highestEffect, epoch);
      if (term.leave()) {
        acknowledged++;
        if (epoch < highestAcknowledged) {
          violations.add("acknowledged under " + epoch + " after " + highestAcknowledged);
        }
        highestAcknowledged = Math.max(highestAcknowledged, epoch);
      }
    }

    /** The process ends: what was under way has no effect, and the kernel unlocks. */
    private void crash(Candidate candidate) {
      candidate.operations.clear();
      candidate.term = Optional.empty();
      unlock(candidate);
      candidate.paused = false;
      candidate.node.restart();
      candidate.node.leaseUntil = candidate.node.nowNanos;
      if (!candidate.cutOff) {
        candidate.node.connect();
      }
    }

    private void requireOneServing() {
      List<String> serving =
          candidates.stream()
              .filter(candidate -> !candidate.paused)
              .filter(candidate -> candidate.term.filter(OwnerTerm::isServing).isPresent())
              .map(candidate -> candidate.node.node)
              .toList();
      if (serving.size() > 1) {
        violations.add("served at once: " + serving);
      }
      for (Candidate candidate : candidates) {
        candidate.term.ifPresent(term -> {
          Long before = servedUnder.put(candidate.node, term.ownerEpoch());
          if (before != null && before > term.ownerEpoch()) {
            violations.add("the epoch went back to " + term.ownerEpoch() + " from " + before);
          }
        });
      }
    }

    /** Without faults there is an owner before long, and it moves where it is told to. */
    void settle() {
      for (Candidate candidate : candidates) {
        candidate.operations.forEach(OwnerTerm::leave);
        candidate.operations.clear();
        candidate.cutOff = false;
        candidate.paused = false;
        change(candidate, () -> {});
      }
      quiet(300);
      assertThat(serving()).as("owned in the end").hasSize(1);
      String next =
          NAMES.stream().filter(name -> !name.equals(serving().getFirst())).findFirst().get();
      write(volume.movedTo(next));
      quiet(100);
      assertThat(serving()).containsExactly(next);
      assertThat(violations).isEmpty();
    }

    private void quiet(int rounds) {
      for (int i = 0; i < rounds; i++) {
        for (Candidate candidate : candidates) {
          candidate.node.pass(Duration.ofMillis(100));
          candidate.node.settle();
          operate(candidate);
        }
        requireOneServing();
      }
    }

    private List<String> serving() {
      return candidates.stream()
          .filter(candidate -> candidate.term.filter(OwnerTerm::isServing).isPresent())
          .map(candidate -> candidate.node.node)
          .toList();
    }
  }
}
