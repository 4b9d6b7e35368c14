package org.sealane.deploy.admin;

import java.time.Instant;
import java.util.List;

/**
 * What the routes about documents exchange. A draft comes from a node, is reviewed and signed where
 * the admin key is, and goes back; bytes travel as base64.
 */
public final class DocumentMessages {
  private DocumentMessages() {}

  /** A document with its signature. */
  public record Signed(String payload, String signature) {}

  /**
   * A document to be signed.
   *
   * @param payload what is to be signed, byte for byte
   * @param base the signed document that it changes, or for a new volume's policy its template;
   *     null if there is none
   */
  public record Drafted(String payload, Signed base) {}

  /** Documents to be signed and submitted in this order. */
  public record Draft(List<Drafted> documents) {
    public Draft {
      documents = List.copyOf(documents);
    }
  }

  /** Signed documents to be written in this order. */
  public record Submission(List<Signed> documents, boolean supersede) {
    public Submission {
      documents = List.copyOf(documents);
    }
  }

  /** What was written. */
  public record Submitted(List<Written> documents) {
    public Submitted {
      documents = List.copyOf(documents);
    }
  }

  /** One document that was written. */
  public record Written(String kind, String object, long epoch) {}

  /**
   * Asks for the draft of a changed policy; what is null stays as it is.
   *
   * @param volume by name; null for the template of new volumes
   */
  public record PolicyDraft(
      String volume,
      String csv,
      String sbl,
      List<String> ciphers,
      List<String> signing,
      String transport,
      Long rekeyBytes,
      Long rekeySeconds) {}

  /** Asks for the draft of a new volume. */
  public record VolumeDraft(
      String uuid, String name, List<String> owners, String path, boolean sharedBacking) {}

  /** Asks for the draft of a volume that moves to another of its owner candidates. */
  public record MoveDraft(String name, String to) {}

  /** Asks for the draft of a new disk. */
  public record DiskDraft(String name, String node, String path, long sizeBytes, String volume) {}

  /**
   * Asks for the next document about a user, a share or the server.
   *
   * @param template a document's payload with the content wanted; its epoch and predecessor are the
   *     node's to fill in
   */
  public record ClientsDraft(String template) {}

  /** Every document about users, shares and the server that is in force. */
  public record ClientDocuments(List<Signed> documents) {
    public ClientDocuments {
      documents = List.copyOf(documents);
    }
  }

  /**
   * Committed documents of every kind, deletions too, in the order of their objects.
   *
   * @param next where to go on; null at the end
   */
  public record Committed(List<Signed> documents, String next) {
    public Committed {
      documents = List.copyOf(documents);
    }
  }

  /** Asks for the draft of a deletion. */
  public record DeletionDraft(String name) {}

  /** Has a node make the marker of a new volume's backing, look for it, or take it away again. */
  public record Backing(String path, String volume) {}

  /** Has a node look at a disk's file, and make it of that size if it is missing. */
  public record DiskFile(String path, Long sizeBytes) {}

  /** What a disk's file offers. */
  public record DiskSize(long sizeBytes) {}

  /**
   * A policy.
   *
   * @param volume its name; null for the template
   */
  public record Policy(
      String volume,
      long epoch,
      String csv,
      String sbl,
      List<String> ciphers,
      List<String> signing,
      String transport,
      long rekeyBytes,
      long rekeySeconds) {}

  /** Has a node put back what it remembers of a volume, by name, and of the cluster. */
  public record Reassertion(String volume) {}

  /** What a node remembers, the volume's policy first. */
  public record Reasserted(String node, List<ReassertedDocument> documents) {
    public Reasserted {
      documents = List.copyOf(documents);
    }
  }

  /**
   * What became of one document.
   *
   * @param epoch the highest that the node remembers
   * @param outcome {@code written}; {@code agrees} if ZooKeeper had the same; {@code behind} if it
   *     had more
   */
  public record ReassertedDocument(String kind, String object, long epoch, String outcome) {}

  /** Both levels. */
  public record Levels(String csv, String sbl) {}

  /** When one node did what; null where it has not. */
  public record NodeTimes(String node, Instant acceptedAt, Instant drainedAt, Instant enforcedAt) {}

  /**
   * How an epoch came into force.
   *
   * @param from null for the first
   * @param to null for a deletion
   * @param state {@code running}, {@code complete}, {@code past} or {@code void}
   * @param step null unless running
   * @param missing who is waited for; empty unless running
   * @param issuedAt when the administrator signed the document
   * @param signer fingerprint of the administrator's key
   * @param pauses how long nodes held requests for it; only where nodes were asked
   */
  public record Turn(
      String volume,
      long epoch,
      Levels from,
      Levels to,
      long elapsedMillis,
      List<NodeTimes> nodes,
      String state,
      String step,
      Instant startedAt,
      List<String> missing,
      Instant issuedAt,
      String signer,
      List<NodePause> pauses) {

    public Turn with(List<NodePause> asked) {
      return new Turn(
          volume,
          epoch,
          from,
          to,
          elapsedMillis,
          nodes,
          state,
          step,
          startedAt,
          missing,
          issuedAt,
          signer,
          List.copyOf(asked));
    }
  }

  /**
   * How long one node's requests were held while its lanes moved for a turn, as far as its process
   * remembers.
   */
  public record NodePause(
      String node, long moves, long p50Micros, long p99Micros, long maxMicros) {}

  /** All epochs of a volume's policy, oldest first. */
  public record History(List<Turn> turns) {
    public History {
      turns = List.copyOf(turns);
    }
  }
}
