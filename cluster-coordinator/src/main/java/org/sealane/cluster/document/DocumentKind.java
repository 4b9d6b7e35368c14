package org.sealane.cluster.document;

import java.util.Locale;
import java.util.Optional;

/** What a document is about. */
public enum DocumentKind {
  /** The policy of one volume; its object is the volume's UUID. The only kind that turns. */
  POLICY,
  /** The template for policies of new volumes; its object is the cluster's UUID. */
  DEFAULT_POLICY,
  /** A volume: name, owner candidates, backing. */
  VOLUME,
  /** A disk of one node, in a volume. */
  DISK,
  /** A node's enrolment or revocation; its object follows from its name. */
  NODE,
  /** A user's account, sealed; its object is drawn when it is made. */
  USER,
  /** What users may do on a volume; its object is the volume's UUID. */
  SHARE,
  /** What every node asks of users' clients; its object is the cluster's UUID. */
  SERVER,
  /** Keys that users' Kerberos tickets are accepted with, sealed; its object is the cluster's. */
  KEYTAB,
  /** The data key in force, wrapped for each node; its object is the cluster's UUID. */
  DATA_KEY;

  /** The word used in documents, paths and JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<DocumentKind> ofWord(String word) {
    for (DocumentKind kind : values()) {
      if (kind.word().equals(word)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
