package org.sealane.cluster.document;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One decision, before it is signed or after it was decoded. Says nothing of trust.
 *
 * @param clusterId the only cluster it counts in
 * @param key the object it is about
 * @param epoch its number, at least 1; grows along the chain, gaps are allowed
 * @param predecessor digest of the committed document that it follows; empty for the first
 * @param issuedAt the administrator's clock, to the second or finer; for people only
 */
public record Document(
    UUID clusterId,
    ObjectKey key,
    long epoch,
    Optional<DocumentDigest> predecessor,
    Instant issuedAt,
    DocumentContent content) {

  /** Leaves room above for arithmetic, and fits what JSON readers elsewhere keep exact. */
  public static final long EPOCH_MAX = (1L << 53) - 1;

  public Document {
    if (epoch < 1 || epoch > EPOCH_MAX) {
      throw new IllegalArgumentException("epoch " + epoch + " is not from 1 to " + EPOCH_MAX);
    }
    boolean fits =
        switch (content) {
          case DocumentContent.Policy _ ->
              key.kind() == DocumentKind.POLICY || key.kind() == DocumentKind.DEFAULT_POLICY;
          case DocumentContent.Volume _ -> key.kind() == DocumentKind.VOLUME;
          case DocumentContent.Disk _ -> key.kind() == DocumentKind.DISK;
          case DocumentContent.Node node -> key.equals(ObjectKey.node(clusterId, node.name()));
          case DocumentContent.User _ -> key.kind() == DocumentKind.USER;
          case DocumentContent.Share _ -> key.kind() == DocumentKind.SHARE;
          case DocumentContent.Server _ -> key.equals(ObjectKey.server(clusterId));
          case DocumentContent.Keytab _ -> key.equals(ObjectKey.keytab(clusterId));
          case DocumentContent.DataKeyCopies _ -> key.equals(ObjectKey.dataKey(clusterId));
          case DocumentContent.Tombstone _ -> predecessor.isPresent();
        };
    if (!fits) {
      throw new IllegalArgumentException("the content is not that of " + key);
    }
  }

  public boolean isTombstone() {
    return content instanceof DocumentContent.Tombstone;
  }
}
