package org.sealane.deploy.draft;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.DocumentSigner;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.EpochFloor;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.deploy.admin.DocumentMessages.Draft;
import org.sealane.deploy.admin.DocumentMessages.Drafted;
import org.sealane.deploy.admin.DocumentMessages.Signed;

/**
 * Compares drafts with what was asked for, and signs them if they are that and nothing else. What
 * was not asked to change must be as in the document that is replaced, whose signature is verified.
 */
public final class DraftReview {
  private final UUID clusterId;
  private final DocumentVerifier verifier;

  /** One drafted document with the verified one it is compared with. */
  private record Pair(byte[] payload, Document document, Optional<DocumentContent> base) {}

  /** What a document must say, given what it replaces. */
  @FunctionalInterface
  private interface Expectation {
    DocumentContent of(Document document, Optional<DocumentContent> base) throws DraftException;
  }

  /**
   * @param adminKey verifies the documents that are replaced
   */
  public DraftReview(UUID clusterId, PublicKey adminKey) {
    this.clusterId = clusterId;
    this.verifier = new DocumentVerifier(clusterId, adminKey, EpochFloor.NONE);
  }

  /** Signs the draft of a changed policy. */
  public List<Signed> policy(Draft draft, PolicyChange change, DocumentSigner signer)
      throws DraftException {
    requireCount(draft, 1);
    return sign(draft, signer, (_, base) -> change.applyTo(policy(base)));
  }

  /** Signs the draft of a new volume: the template's policy, and the volume as asked for. */
  public List<Signed> volume(
      Draft draft,
      UUID uuid,
      String name,
      List<String> owners,
      String path,
      boolean sharedBacking,
      DocumentSigner signer)
      throws DraftException {
    requireCount(draft, 2);
    DocumentContent.Volume wanted =
        new DocumentContent.Volume(
            name,
            owners,
            owners.stream().collect(Collectors.toMap(owner -> owner, _ -> path)),
            sharedBacking);
    return sign(
        draft,
        signer,
        (document, base) -> {
          requireObject(document, uuid);
          return document.key().kind() == DocumentKind.POLICY ? policy(base) : wanted;
        });
  }

  /** Signs the draft of a volume that moves: the same volume, with {@code to} named first. */
  public List<Signed> move(Draft draft, String name, String to, DocumentSigner signer)
      throws DraftException {
    requireCount(draft, 1);
    return sign(
        draft,
        signer,
        (document, base) -> {
          if (document.key().kind() == DocumentKind.VOLUME
              && base.orElse(null) instanceof DocumentContent.Volume volume
              && volume.name().equals(name)
              && volume.candidates().contains(to)) {
            return volume.movedTo(to);
          }
          throw new DraftException("the node drafted for another object: " + document.key());
        });
  }

  /** Signs the draft of a new disk; which volume it is in is what the node says of its name. */
  public List<Signed> disk(
      Draft draft,
      String name,
      String node,
      String path,
      long sizeBytes,
      UUID volume,
      DocumentSigner signer)
      throws DraftException {
    requireCount(draft, 1);
    return sign(
        draft, signer, (_, _) -> new DocumentContent.Disk(name, node, path, sizeBytes, volume));
  }

  /** Signs the draft of a deletion: of the object of that name, and of its policy. */
  public List<Signed> deletion(Draft draft, String name, DocumentSigner signer)
      throws DraftException {
    List<UUID> named = new ArrayList<>();
    for (Drafted drafted : draft.documents()) {
      Pair pair = pair(drafted);
      if (pair.base().map(DraftReview::name).filter(name::equals).isPresent()) {
        named.add(pair.document().key().object());
      }
    }
    if (named.isEmpty()) {
      throw new DraftException("the draft deletes nothing of the name " + name);
    }
    return sign(
        draft,
        signer,
        (document, _) -> {
          requireObject(document, named.getFirst());
          return new DocumentContent.Tombstone();
        });
  }

  /**
   * Signs the draft of a document about clients: exactly {@code content}, in place of {@code
   * before} and nothing newer, since what it says was made from that.
   */
  public List<Signed> clients(
      Draft draft,
      ObjectKey key,
      Optional<DocumentContent> before,
      DocumentContent content,
      DocumentSigner signer)
      throws DraftException {
    requireCount(draft, 1);
    return sign(
        draft,
        signer,
        (document, base) -> {
          if (!document.key().equals(key)) {
            throw new DraftException("the node drafted for another object: " + document.key());
          }
          if (!base.filter(found -> !(found instanceof DocumentContent.Tombstone)).equals(before)) {
            throw new DraftException("it was changed meanwhile; try again");
          }
          return content;
        });
  }

  private List<Signed> sign(Draft draft, DocumentSigner signer, Expectation expectation)
      throws DraftException {
    List<Signed> signed = new ArrayList<>();
    for (Drafted drafted : draft.documents()) {
      Pair pair = pair(drafted);
      DocumentContent expected = expectation.of(pair.document(), pair.base());
      if (!pair.document().content().equals(expected)) {
        throw new DraftException(
            "the node drafted something else than was asked for: "
                + pair.document().content()
                + " in place of "
                + expected);
      }
      signed.add(new Signed(base64(pair.payload()), base64(signer.sign(pair.payload()))));
    }
    return signed;
  }

  private Pair pair(Drafted drafted) throws DraftException {
    try {
      byte[] payload = Base64.getDecoder().decode(drafted.payload());
      Document document = DocumentCodec.decode(payload);
      if (!document.clusterId().equals(clusterId)) {
        throw new DraftException("the node drafted for cluster " + document.clusterId());
      }
      return new Pair(payload, document, base(document, drafted.base()));
    } catch (MalformedJsonException | IllegalArgumentException e) {
      throw new DraftException("the node's draft can not be read: " + e.getMessage(), e);
    }
  }

  /** What is replaced; for the first policy of a volume, the template. */
  private Optional<DocumentContent> base(Document document, Signed signed) throws DraftException {
    boolean follows = document.predecessor().isPresent();
    if (signed == null) {
      if (follows) {
        throw new DraftException("the node does not show what " + document.key() + " follows");
      }
      return Optional.empty();
    }
    ObjectKey key = follows ? document.key() : ObjectKey.defaultPolicy(clusterId);
    SignedDocument base =
        new SignedDocument(
            Base64.getDecoder().decode(signed.payload()),
            Base64.getDecoder().decode(signed.signature()));
    return switch (verifier.check(key, base)) {
      case DocumentVerifier.Check.Good good -> {
        VerifiedDocument verified = good.document();
        if (follows && !document.predecessor().equals(Optional.of(verified.digest()))) {
          throw new DraftException("the node shows another document than the draft follows");
        }
        yield Optional.of(verified.content());
      }
      case DocumentVerifier.Check.Bad bad ->
          throw new DraftException("what the node shows is not signed: " + bad.detail());
    };
  }

  private static DocumentContent.Policy policy(Optional<DocumentContent> base)
      throws DraftException {
    if (base.isEmpty()) {
      return DocumentContent.Policy.DEFAULT;
    }
    if (base.get() instanceof DocumentContent.Policy policy) {
      return policy;
    }
    throw new DraftException("the node drafted a policy in place of " + base.get());
  }

  private static String name(DocumentContent content) {
    return switch (content) {
      case DocumentContent.Volume volume -> volume.name();
      case DocumentContent.Disk disk -> disk.name();
      case DocumentContent.Node node -> node.name();
      case DocumentContent.Policy _,
          DocumentContent.User _,
          DocumentContent.Share _,
          DocumentContent.Server _,
          DocumentContent.Keytab _,
          DocumentContent.DataKeyCopies _,
          DocumentContent.Tombstone _ ->
          "";
    };
  }

  private static void requireCount(Draft draft, int count) throws DraftException {
    if (draft.documents().size() != count) {
      throw new DraftException(
          "the node drafted " + draft.documents().size() + " documents in place of " + count);
    }
  }

  private static void requireObject(Document document, UUID object) throws DraftException {
    if (!document.key().object().equals(object)) {
      throw new DraftException("the node drafted for another object: " + document.key());
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
