package org.sealane.deploy.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.sealane.deploy.admin.DocumentMessages.History;
import org.sealane.deploy.admin.DocumentMessages.Levels;
import org.sealane.deploy.admin.DocumentMessages.NodePause;
import org.sealane.deploy.admin.DocumentMessages.NodeTimes;
import org.sealane.deploy.admin.DocumentMessages.Policy;
import org.sealane.deploy.admin.DocumentMessages.Reasserted;
import org.sealane.deploy.admin.DocumentMessages.ReassertedDocument;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.units.ByteSize;
import org.sealane.deploy.units.TimeSpan;

/** Policies and turns for people. */
final class PolicyTables {
  private PolicyTables() {}

  static String policy(Policy policy) {
    Table table =
        new Table(
            "VOLUME", "EPOCH", "CSV", "SBL", "CIPHERS", "SIGNING", "TRANSPORT", "REKEY AFTER");
    table.row(
        policy.volume() == null ? "(default)" : policy.volume(),
        policy.epoch(),
        policy.csv(),
        policy.sbl(),
        String.join(",", policy.ciphers()),
        String.join(",", policy.signing()),
        policy.transport(),
        ByteSize.exact(policy.rekeyBytes())
            + " or "
            + TimeSpan.exact(Duration.ofSeconds(policy.rekeySeconds())));
    return table.render();
  }

  static String turn(Turn turn) {
    Table table = new Table("NODE", "ACCEPTED", "DRAINED", "ENFORCED");
    for (NodeTimes node : turn.nodes()) {
      table.row(node.node(), node.acceptedAt(), node.drainedAt(), node.enforcedAt());
    }
    return "%s: epoch %d, %s -> %s, %s in %d ms%n%s"
        .formatted(
            turn.volume(),
            turn.epoch(),
            levels(turn.from()),
            levels(turn.to()),
            turn.state(),
            turn.elapsedMillis(),
            table.render());
  }

  static String history(History history) {
    Table table =
        new Table(
            "EPOCH",
            "STATE",
            "FROM",
            "TO",
            "SIGNED BY",
            "STARTED",
            "ACCEPTED",
            "DRAINED",
            "ENFORCED",
            "HELD");
    for (Turn turn : history.turns()) {
      table.row(
          turn.epoch(),
          turn.state(),
          levels(turn.from()),
          levels(turn.to()),
          turn.signer(),
          turn.startedAt(),
          last(turn, NodeTimes::acceptedAt),
          last(turn, NodeTimes::drainedAt),
          last(turn, NodeTimes::enforcedAt),
          held(turn));
    }
    return table.render();
  }

  /** When the last node had done it, counted from the start; absent if one has not. */
  private static String last(Turn turn, Function<NodeTimes, Instant> step) {
    List<Instant> times =
        turn.nodes().stream().map(step).filter(Objects::nonNull).sorted().toList();
    return turn.startedAt() == null || times.size() < turn.nodes().size() || times.isEmpty()
        ? null
        : "+%d ms".formatted(Duration.between(turn.startedAt(), times.getLast()).toMillis());
  }

  /** How long the node that held requests longest did, and how many lanes moved in all. */
  private static String held(Turn turn) {
    if (turn.pauses().isEmpty()) {
      return "none";
    }
    long maxMicros = turn.pauses().stream().mapToLong(NodePause::maxMicros).max().orElse(0);
    return "at most %.1f ms, by %d moves of lanes"
        .formatted(maxMicros / 1000.0, turn.pauses().stream().mapToLong(NodePause::moves).sum());
  }

  static String reasserted(List<Reasserted> nodes) {
    Table table = new Table("NODE", "DOCUMENT", "EPOCH", "OUTCOME");
    for (Reasserted node : nodes) {
      for (ReassertedDocument document : node.documents()) {
        table.row(
            node.node(),
            document.kind() + "/" + document.object(),
            document.epoch(),
            document.outcome());
      }
    }
    return table.render();
  }

  private static String levels(Levels levels) {
    return levels == null ? "-" : "csv " + levels.csv() + ", sbl " + levels.sbl();
  }
}
