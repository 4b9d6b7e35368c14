package org.sealane.deploy.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;

/**
 * Which cells a benchmark measures: every combination, where a cipher only multiplies the level
 * that uses it.
 */
public record BenchMatrix(
    List<LaneKind> kinds,
    List<TransportPreference> transports,
    List<Level> levels,
    List<CipherId> ciphers,
    List<Load.Operation> operations,
    List<Integer> blockBytes,
    List<Integer> queueDepths,
    Duration measured) {

  /** Runs this much before it measures, so that what is measured is warm. */
  static final Duration WARM_UP = Duration.ofSeconds(2);

  /** For a level on a kind and transport that has been warmed. */
  static final Duration WARM_UP_AGAIN = Duration.ofMillis(500);

  public BenchMatrix {
    kinds = List.copyOf(kinds);
    transports = List.copyOf(transports);
    levels = List.copyOf(levels);
    ciphers = List.copyOf(ciphers);
    operations = List.copyOf(operations);
    blockBytes = List.copyOf(blockBytes);
    queueDepths = List.copyOf(queueDepths);
  }

  /** What lanes are turned to before cells are measured. */
  public record Setting(
      LaneKind kind, TransportPreference transport, Level level, CipherId cipher) {}

  /** The settings in the order they are measured. */
  public List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (LaneKind kind : kinds) {
      for (TransportPreference transport : transports) {
        for (Level level : levels) {
          List<CipherId> used = level == Level.ENCRYPT ? ciphers : List.of(ciphers.getFirst());
          used.forEach(cipher -> settings.add(new Setting(kind, transport, level, cipher)));
        }
      }
    }
    return settings;
  }

  /** How many cells there are. */
  public int cells() {
    return settings().size() * operations.size() * blockBytes.size() * queueDepths.size();
  }

  /** The shortest and the longest block: they take different ways through a lane. */
  Set<Integer> outerBlockBytes() {
    return new LinkedHashSet<>(List.of(Collections.min(blockBytes), Collections.max(blockBytes)));
  }

  /**
   * For each kind on each transport, before its first cell: the JIT compilers of fresh processes
   * take a third of two processors for ten seconds.
   */
  Duration firstWarmUp() {
    return WARM_UP.plus(measured);
  }

  /** Bytes of the file or disk that load is put on: what the deepest and largest cell needs. */
  public long workingSetBytes() {
    long largest = blockBytes.stream().mapToInt(Integer::intValue).max().orElseThrow();
    long deepest = queueDepths.stream().mapToInt(Integer::intValue).max().orElseThrow();
    return Math.max(64L << 20, largest * deepest);
  }
}
