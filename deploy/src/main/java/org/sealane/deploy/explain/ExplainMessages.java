package org.sealane.deploy.explain;

import java.time.Instant;
import java.util.List;

/** What nodes tell of the policy that their lanes of a volume obey, and why. */
public final class ExplainMessages {
  /** Where a node's admin API tells its part. */
  public static final String PATH = "/v1/explain";

  private ExplainMessages() {}

  /**
   * A volume's lanes on all nodes.
   *
   * @param silent nodes that could not be asked, each with why
   */
  public record Explained(String volume, List<Node> nodes, List<String> silent) {
    public Explained {
      nodes = List.copyOf(nodes);
      silent = List.copyOf(silent);
    }
  }

  /**
   * One node.
   *
   * @param live whether it is registered and follows its cluster
   * @param sealed whether it sends only encrypted, since it holds no lease
   * @param sealedSince null unless {@code sealed}; when it started, if it was never otherwise
   * @param rules for each kind of lanes
   * @param lanes that it opened and that are open
   * @param troubles of lanes that did not open when they were tried last
   * @param pauses how long turns held requests here
   */
  public record Node(
      String node,
      boolean live,
      boolean sealed,
      Instant sealedSince,
      List<Rule> rules,
      List<Lane> lanes,
      List<Trouble> troubles,
      List<Pauses> pauses) {
    public Node {
      rules = List.copyOf(rules);
      lanes = List.copyOf(lanes);
      troubles = List.copyOf(troubles);
      pauses = List.copyOf(pauses);
    }
  }

  /**
   * The signed document that a rule comes from.
   *
   * @param digest SHA-256 of its payload
   * @param issuedAt by the administrator's clock
   * @param signer fingerprint of the key that it was verified with
   */
  public record Source(long epoch, String digest, Instant issuedAt, String signer) {}

  /**
   * What a node does for one kind of lanes.
   *
   * @param level it sends at
   * @param accepts the weakest level it accepts
   * @param since when it began to do so, as far as this process knows
   * @param source null where no valid document is known
   * @param why in one sentence
   */
  public record Rule(
      String kind,
      String level,
      String accepts,
      long epoch,
      Instant since,
      Source source,
      String why) {}

  /**
   * A lane that is open.
   *
   * @param signing of payloads; what the keys could do, whatever the level
   * @param keysSince when its keys were made
   * @param negotiated what both ends agreed on, and how it came to that
   * @param notStronger what stops it being stronger; empty if nothing does
   */
  public record Lane(
      String to,
      String kind,
      String level,
      String cipher,
      String signing,
      String transport,
      String provider,
      long epoch,
      Instant keysSince,
      int opens,
      String why,
      List<String> negotiated,
      List<String> notStronger) {
    public Lane {
      negotiated = List.copyOf(negotiated);
      notStronger = List.copyOf(notStronger);
    }
  }

  /** A lane that did not open. */
  public record Trouble(String to, String kind, Instant at, String reason) {}

  /**
   * How long requests of a node were held while lanes moved for a turn.
   *
   * @param moves how many lanes moved; a turn of the level alone moves none and holds nothing
   */
  public record Pauses(long epoch, long moves, long p50Micros, long p99Micros, long maxMicros) {}
}
