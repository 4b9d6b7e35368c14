package org.sealane.deploy.cli;

import org.sealane.deploy.explain.ExplainMessages.Explained;
import org.sealane.deploy.explain.ExplainMessages.Lane;
import org.sealane.deploy.explain.ExplainMessages.Node;
import org.sealane.deploy.explain.ExplainMessages.Rule;
import org.sealane.deploy.explain.ExplainMessages.Source;
import org.sealane.deploy.explain.ExplainMessages.Trouble;

/** What {@code policy explain} shows to people. */
final class ExplainTables {
  private static final int DIGEST_CHARS = 12;

  private ExplainTables() {}

  static String render(Explained explained) {
    StringBuilder text = new StringBuilder("volume " + explained.volume() + "\n");
    for (Node node : explained.nodes()) {
      node(text, node);
    }
    for (String silent : explained.silent()) {
      text.append("\n").append(AuditTables.printable(silent)).append("\n");
    }
    return text.toString();
  }

  private static void node(StringBuilder text, Node node) {
    text.append(
        "\n%s: %s%n"
            .formatted(
                node.node(),
                node.sealed()
                    ? "FAIL-SEALED since " + node.sealedSince() + ", sends only encrypted"
                    : node.live() ? "live, not fail-sealed" : "not in touch with its cluster yet"));
    for (Rule rule : node.rules()) {
      rule(text, rule);
    }
    for (Lane lane : node.lanes()) {
      lane(text, node, lane);
    }
    for (Trouble trouble : node.troubles()) {
      text.append(
          "  lane %s -> %s %s: DID NOT OPEN at %s: %s%n"
              .formatted(
                  node.node(),
                  trouble.to(),
                  trouble.kind(),
                  trouble.at(),
                  AuditTables.printable(trouble.reason())));
    }
  }

  private static void rule(StringBuilder text, Rule rule) {
    line(
        text,
        1,
        "%s: sends %s, accepts %s or stronger, epoch %d, since %s"
            .formatted(rule.kind(), rule.level(), rule.accepts(), rule.epoch(), rule.since()));
    line(text, 2, "why: " + rule.why());
    Source source = rule.source();
    line(
        text,
        2,
        source == null
            ? "source: none; what is built in"
            : "source: document %s of %s, signed by %s"
                .formatted(
                    source.digest().substring(0, DIGEST_CHARS),
                    source.issuedAt(),
                    source.signer()));
  }

  private static void lane(StringBuilder text, Node node, Lane lane) {
    line(
        text,
        1,
        "lane %s -> %s %s: %s, epoch %d, keys since %s, %d open"
            .formatted(
                node.node(),
                lane.to(),
                lane.kind(),
                runs(lane),
                lane.epoch(),
                lane.keysSince(),
                lane.opens()));
    line(text, 2, "why: " + lane.why());
    lane.negotiated().forEach(fact -> line(text, 2, "has: " + fact));
    if (lane.notStronger().isEmpty()) {
      line(text, 2, "stronger: there is nothing stronger");
    }
    lane.notStronger().forEach(stop -> line(text, 2, "not stronger: " + stop));
  }

  private static String runs(Lane lane) {
    String with =
        switch (lane.level()) {
          case "encrypt" -> "encrypt by " + lane.cipher();
          case "sign" -> "sign by " + lane.signing();
          default -> lane.level();
        };
    return "%s over %s (%s)".formatted(with, lane.transport(), lane.provider());
  }

  private static void line(StringBuilder text, int depth, String line) {
    text.append("  ".repeat(depth)).append(AuditTables.printable(line)).append("\n");
  }
}
