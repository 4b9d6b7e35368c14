package org.sealane.cluster.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.TurnStep;

/**
 * How one epoch of a volume's policy came into force, from the signed ledger. Times are
 * ZooKeeper's.
 *
 * @param volume the volume's UUID
 * @param epoch the epoch turned to
 * @param state how far it is
 * @param step the step under way; empty unless {@code state} is running
 * @param from the policy before; empty for the first
 * @param to the policy turned to; empty for a deletion
 * @param issuedAt when the administrator signed it, by the administrator's clock
 * @param signer fingerprint of the administrator's key that the document was verified with
 * @param startedAt when the document was written as pending
 * @param nodes who did what when, in the order of their last entry
 * @param missing who is waited for, and for what; empty unless running
 */
public record TurnReport(
    UUID volume,
    long epoch,
    State state,
    Optional<TurnStep> step,
    Optional<DocumentContent.Policy> from,
    Optional<DocumentContent.Policy> to,
    Instant issuedAt,
    String signer,
    Optional<Instant> startedAt,
    List<NodeTimes> nodes,
    List<String> missing) {

  public TurnReport {
    nodes = List.copyOf(nodes);
    missing = List.copyOf(missing);
  }

  /** How far an epoch is. */
  public enum State {
    /** Its turn is under way. */
    RUNNING,
    /** In force on every node. */
    COMPLETE,
    /** Was in force; a later one followed. */
    PAST,
    /** Superseded before it was in force. */
    VOID
  }

  /**
   * What one node did. Each time is empty if there is no valid entry.
   *
   * @param fenced members it cut off, as {@code node@session}
   */
  public record NodeTimes(
      String node,
      Optional<Instant> acceptedAt,
      Optional<Instant> drainedAt,
      Optional<Instant> enforcedAt,
      List<String> fenced) {}

  /** From pending to the last node's enforcement; of a running turn, to its latest entry. */
  public long elapsedMillis() {
    long last =
        nodes.stream()
            .flatMap(node -> Stream.of(node.acceptedAt(), node.drainedAt(), node.enforcedAt()))
            .flatMap(Optional::stream)
            .mapToLong(Instant::toEpochMilli)
            .max()
            .orElse(0);
    return startedAt.isEmpty() || last == 0
        ? 0
        : Math.max(0, last - startedAt.get().toEpochMilli());
  }
}
