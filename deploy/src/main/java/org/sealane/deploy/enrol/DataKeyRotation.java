package org.sealane.deploy.enrol;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.identity.AdminKey;
import org.sealane.cluster.identity.DataKey;
import org.sealane.cluster.identity.DataKeyRoot;
import org.sealane.cluster.identity.SealedKeytab;
import org.sealane.cluster.identity.UserAccount;

/**
 * Makes the documents that put another data key in force: the key, wrapped for each node that
 * stays, and every account sealed again under it. Pure but for randomness; any thread may call.
 */
public final class DataKeyRotation {
  private final UUID clusterId;
  private final AdminKey adminKey;
  private final SecureRandom random;

  public DataKeyRotation(UUID clusterId, AdminKey adminKey, SecureRandom random) {
    this.clusterId = clusterId;
    this.adminKey = adminKey;
    this.random = random;
  }

  /** The generation that is in force by these documents. */
  public static long generation(Collection<VerifiedDocument> committed) {
    return contents(committed, DocumentContent.DataKeyCopies.class)
        .mapToLong(DocumentContent.DataKeyCopies::generation)
        .max()
        .orElse(DataKeyRoot.FIRST_GENERATION);
  }

  /**
   * The generation after that of {@code root}, for each node that is enrolled and not barred.
   *
   * @param barred left out, too
   * @throws IllegalArgumentException if there are more nodes than a document can name
   */
  public SignedDocument next(
      DataKeyRoot root, Collection<VerifiedDocument> committed, String barred) {
    List<DocumentContent.Node> nodes =
        contents(committed, DocumentContent.Node.class)
            .filter(node -> !node.revoked() && !node.name().equals(barred))
            .toList();
    ObjectKey key = ObjectKey.dataKey(clusterId);
    return sign(
        key,
        committed.stream().filter(known -> known.document().key().equals(key)).findFirst(),
        root.wrap(clusterId, root.generation() + 1, nodes, random));
  }

  /**
   * The accounts and the keytab that are still sealed under the generation before that of {@code
   * root}, sealed under the latter.
   *
   * @param max the most that one call makes
   */
  public List<SignedDocument> resealed(
      DataKeyRoot root, Collection<VerifiedDocument> committed, int max) {
    List<SignedDocument> resealed = new ArrayList<>();
    if (root.generation() == DataKeyRoot.FIRST_GENERATION) {
      return resealed;
    }
    DataKey newer = root.key(root.generation());
    DataKey older = root.key(root.generation() - 1);
    for (VerifiedDocument document : committed) {
      ObjectKey key = document.document().key();
      Optional<DocumentContent> again =
          switch (document.content()) {
            case DocumentContent.User user -> resealed(key.object(), user, older, newer);
            case DocumentContent.Keytab keytab -> resealed(keytab, older, newer);
            case DocumentContent.Policy _,
                DocumentContent.Volume _,
                DocumentContent.Disk _,
                DocumentContent.Node _,
                DocumentContent.Share _,
                DocumentContent.Server _,
                DocumentContent.DataKeyCopies _,
                DocumentContent.Tombstone _ ->
                Optional.empty();
          };
      if (again.isPresent()) {
        resealed.add(sign(key, Optional.of(document), again.get()));
      }
      if (resealed.size() == max) {
        break;
      }
    }
    return resealed;
  }

  private Optional<DocumentContent> resealed(
      UUID id, DocumentContent.User user, DataKey older, DataKey newer) {
    return UserAccount.open(id, user, older)
        .map(account -> {
          DocumentContent again = account.seal(newer, random);
          account.ntHash().close();
          return again;
        });
  }

  private Optional<DocumentContent> resealed(
      DocumentContent.Keytab keytab, DataKey older, DataKey newer) {
    return SealedKeytab.open(keytab, clusterId, List.of(older))
        .map(opened -> {
          DocumentContent again = SealedKeytab.seal(newer, clusterId, opened, random);
          Arrays.fill(opened, (byte) 0);
          return again;
        });
  }

  /** The next document of {@code key} after {@code before}. */
  public SignedDocument sign(
      ObjectKey key, Optional<VerifiedDocument> before, DocumentContent content) {
    byte[] payload =
        DocumentCodec.encode(
            new Document(
                clusterId,
                key,
                before.map(VerifiedDocument::epoch).orElse(0L) + 1,
                before.map(VerifiedDocument::digest),
                Instant.now(),
                content));
    return new SignedDocument(payload, adminKey.sign(payload));
  }

  private static <T extends DocumentContent> Stream<T> contents(
      Collection<VerifiedDocument> committed, Class<T> type) {
    return committed.stream()
        .map(VerifiedDocument::content)
        .filter(type::isInstance)
        .map(type::cast);
  }
}
