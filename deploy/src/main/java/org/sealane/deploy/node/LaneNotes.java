package org.sealane.deploy.node;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.sealane.cluster.member.ClusterView;
import org.sealane.deploy.explain.ExplainMessages.Pauses;
import org.sealane.deploy.explain.ExplainMessages.Trouble;
import org.sealane.deploy.explain.LaneReasons.Note;
import org.sealane.smb.lane.LaneEvent;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.MoveCause;

/**
 * What a node remembers of its lanes to explain them: the last failure, the last fallback, how long
 * turns held requests, and since when things are as they are. Since the process began, bounded; the
 * oldest goes first. Any thread may call; nothing blocks.
 */
final class LaneNotes {
  /** Lanes whose last failure or fallback is remembered. */
  static final int LANES_MAX = 4096;

  /** Turns, of all volumes together, whose pauses are remembered. */
  static final int TURNS_MAX = 256;

  /** Longer pauses count as this long: no lane waits for one. */
  private static final long PAUSE_MICROS_MAX = TimeUnit.HOURS.toMicros(1);

  private static final int SIGNIFICANT_DIGITS = 2;

  private record Turn(UUID volume, long epoch) {}

  /** What a rule was when it was looked at last, and since when. */
  private record Standing(Object what, Instant since) {}

  private final InstantSource clock;
  private final Instant started;

  // All guarded by this.
  private final Map<LaneKey, Note> failures = bounded(LANES_MAX);
  private final Map<LaneKey, Note> fallbacks = bounded(LANES_MAX);
  private final Map<Turn, Histogram> pausesMicros = bounded(TURNS_MAX);
  private final Map<UUID, Standing> standings = bounded(LANES_MAX);
  private Standing sealed;

  LaneNotes(InstantSource clock) {
    this.clock = clock;
    this.started = clock.instant();
    // A node begins sealed: it has no lease yet.
    this.sealed = new Standing(true, started);
  }

  private static <K, V> Map<K, V> bounded(int max) {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > max;
      }
    };
  }

  /** Hears what happens to lanes. */
  synchronized void lane(LaneEvent event) {
    switch (event) {
      case LaneEvent.Opened opened -> opened(opened.key(), opened.facts());
      case LaneEvent.Moved moved -> {
        opened(moved.key(), moved.facts());
        if (moved.cause() == MoveCause.POLICY) {
          long micros = TimeUnit.NANOSECONDS.toMicros(moved.pause().toNanos());
          pausesMicros
              .computeIfAbsent(
                  new Turn(moved.key().volume(), moved.facts().epoch()),
                  _ -> new Histogram(SIGNIFICANT_DIGITS))
              .recordValue(Math.clamp(micros, 0, PAUSE_MICROS_MAX));
        }
      }
      case LaneEvent.Failed failed ->
          failures.put(failed.key(), new Note(clock.instant(), failed.reason()));
      case LaneEvent.FellBack back ->
          fallbacks.put(back.key(), new Note(clock.instant(), back.reason()));
    }
  }

  private void opened(LaneKey key, LaneEvent.Facts facts) {
    failures.remove(key);
    if (facts.transport().equals("rdma")) {
      fallbacks.remove(key);
    }
  }

  /** Hears how the cluster stands. */
  synchronized void follow(ClusterView view) {
    if (!sealed.what().equals(view.sealed())) {
      sealed = new Standing(view.sealed(), clock.instant());
    }
    for (ClusterView.VolumeView volume : view.volumes()) {
      List<Object> what =
          List.of(volume.epoch(), volume.turn().map(ClusterView.TurnView::step), view.sealed());
      Standing before = standings.get(volume.uuid());
      if (before == null || !before.what().equals(what)) {
        standings.put(volume.uuid(), new Standing(what, clock.instant()));
      }
    }
  }

  /** Since when the node is sealed or not, as it is now. */
  synchronized Instant sealedSince() {
    return sealed.since();
  }

  /** Since when the rules of that volume are what they are now. */
  synchronized Instant rulesSince(UUID volume) {
    Standing standing = standings.get(volume);
    return standing == null ? started : standing.since();
  }

  synchronized Optional<Note> fallback(LaneKey key) {
    return Optional.ofNullable(fallbacks.get(key));
  }

  /** Lanes of that volume that did not open when they were tried last. */
  synchronized List<Trouble> troubles(UUID volume) {
    List<Trouble> troubles = new ArrayList<>();
    failures.forEach((key, note) -> {
      if (key.volume().equals(volume)) {
        troubles.add(new Trouble(key.peer(), key.kind().word(), note.at(), note.reason()));
      }
    });
    troubles.sort(Comparator.comparing(Trouble::to).thenComparing(Trouble::kind));
    return Collections.unmodifiableList(troubles);
  }

  /** How long turns of that volume's policy held requests here, the oldest epoch first. */
  synchronized List<Pauses> pauses(UUID volume) {
    List<Pauses> pauses = new ArrayList<>();
    pausesMicros.forEach((turn, micros) -> {
      if (turn.volume().equals(volume)) {
        pauses.add(
            new Pauses(
                turn.epoch(),
                micros.getTotalCount(),
                micros.getValueAtPercentile(50),
                micros.getValueAtPercentile(99),
                micros.getMaxValue()));
      }
    });
    pauses.sort(Comparator.comparingLong(Pauses::epoch));
    return Collections.unmodifiableList(pauses);
  }
}
