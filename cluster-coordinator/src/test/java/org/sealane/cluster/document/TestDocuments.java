package org.sealane.cluster.document;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.member.TestKeys;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;

/** Documents of one cluster with its admin key. */
public final class TestDocuments {
  public static final UUID CLUSTER = UUID.fromString("11111111-2222-4333-8444-555555555555");
  public static final UUID VOLUME = UUID.fromString("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
  public static final ObjectKey POLICY = ObjectKey.policy(VOLUME);

  public final TestKeys adminKey = TestKeys.generate();

  public DocumentVerifier verifier() {
    return new DocumentVerifier(CLUSTER, adminKey.pair().getPublic(), EpochFloor.NONE);
  }

  public static DocumentContent.Policy policy(Level csv) {
    return new DocumentContent.Policy(
        csv,
        Level.CLEAR,
        DocumentContent.Policy.DEFAULT.ciphers(),
        DocumentContent.Policy.DEFAULT.signing(),
        TransportPreference.TCP_ONLY,
        RekeyLimits.DEFAULT);
  }

  public SignedDocument policy(long epoch, Level csv, Optional<SignedDocument> predecessor) {
    return sign(
        new Document(
            CLUSTER,
            POLICY,
            epoch,
            predecessor.map(SignedDocument::digest),
            Instant.EPOCH,
            policy(csv)));
  }

  public SignedDocument sign(Document document) {
    byte[] payload = DocumentCodec.encode(document);
    return new SignedDocument(payload, adminKey.sign(payload));
  }

  /** The slot as the verifier makes it, or a failure. */
  public VerifiedSlot verified(DocumentSlot slot) {
    return switch (verifier().recall(POLICY, slot)) {
      case Verdict.Adopted adopted -> adopted.slot();
      case Verdict.Unchanged unchanged -> unchanged.slot();
      case Verdict.Refused refused -> throw new IllegalArgumentException(refused.detail());
    };
  }

  public static DocumentSlot slot(SignedDocument committed) {
    return DocumentSlot.committed(committed);
  }

  public static DocumentSlot turning(
      Optional<SignedDocument> committed, SignedDocument next, TurnStep step) {
    return new DocumentSlot(
        step == TurnStep.ENFORCE ? Optional.of(next) : committed,
        Optional.of(new DocumentSlot.Turn(next, step)));
  }
}
