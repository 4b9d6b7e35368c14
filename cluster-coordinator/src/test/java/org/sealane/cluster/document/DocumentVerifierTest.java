package org.sealane.cluster.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.member.TestKeys;
import org.sealane.smb.lane.Level;

class DocumentVerifierTest {
  private final TestDocuments documents = new TestDocuments();
  private final SignedDocument one = documents.policy(1, Level.ENCRYPT, Optional.empty());
  private final SignedDocument two = documents.policy(2, Level.CLEAR, Optional.of(one));
  private final SignedDocument otherTwo = documents.policy(2, Level.SIGN, Optional.of(one));
  private final SignedDocument three = documents.policy(3, Level.SIGN, Optional.of(two));
  private final SignedDocument threeOverOne = documents.policy(3, Level.ENCRYPT, Optional.of(one));
  private final DocumentHistory history =
      new DocumentHistory(
          Map.of(one.digest(), one, two.digest(), two, otherTwo.digest(), otherTwo));

  private Map<String, DocumentSlot> slots() {
    Map<String, DocumentSlot> slots = new LinkedHashMap<>();
    slots.put("1", DocumentSlot.committed(one));
    for (TurnStep step : TurnStep.values()) {
      slots.put(
          step == TurnStep.ENFORCE ? "2 enforce" : "1, 2 " + step.word(),
          TestDocuments.turning(Optional.of(one), two, step));
    }
    slots.put("1, 2' accept", TestDocuments.turning(Optional.of(one), otherTwo, TurnStep.ACCEPT));
    slots.put(
        "1, 3' accept", TestDocuments.turning(Optional.of(one), threeOverOne, TurnStep.ACCEPT));
    slots.put("2", DocumentSlot.committed(two));
    slots.put("2'", DocumentSlot.committed(otherTwo));
    slots.put("2, 3 send", TestDocuments.turning(Optional.of(two), three, TurnStep.SEND));
    slots.put("3", DocumentSlot.committed(three));
    slots.put("3'", DocumentSlot.committed(threeOverOne));
    return slots;
  }

  /** Every state remembered against every state found; primes are documents off the chain. */
  @Test
  void shouldJudgeAsListedWhenAnySlotFollowsAnyOther() throws Exception {
    StringBuilder table = new StringBuilder();
    slots()
        .forEach((knownName, known) -> {
          VerifiedSlot remembered = documents.verified(known);
          slots()
              .forEach((foundName, found) -> {
                Verdict verdict =
                    documents
                        .verifier()
                        .judge(TestDocuments.POLICY, found, Optional.of(remembered), history);
                table
                    .append("remembered %-14s".formatted("[" + knownName + "]"))
                    .append(" found %-15s ".formatted("[" + foundName + "]"))
                    .append(name(verdict))
                    .append('\n');
              });
        });
    Snapshots.assertMatches("document/verdicts.txt", table.toString());
  }

  private static String name(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Adopted _ -> "adopted";
      case Verdict.Unchanged _ -> "unchanged";
      case Verdict.Refused refused -> "refused " + refused.reason();
    };
  }

  private Verdict judgeFresh(DocumentVerifier verifier, DocumentSlot slot) {
    return verifier.judge(TestDocuments.POLICY, slot, Optional.empty(), DocumentHistory.NONE);
  }

  private static void assertRefused(Verdict verdict, Verdict.Reason reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  @Test
  void shouldRefuseWhenSignedByAnotherKey() {
    SignedDocument forged =
        new SignedDocument(one.payload(), TestKeys.generate().sign(one.payload()));
    assertRefused(
        judgeFresh(documents.verifier(), DocumentSlot.committed(forged)), Verdict.Reason.UNSIGNED);
    SignedDocument unsigned = new SignedDocument(one.payload(), new byte[0]);
    assertRefused(
        judgeFresh(documents.verifier(), DocumentSlot.committed(unsigned)),
        Verdict.Reason.UNSIGNED);
  }

  @Test
  void shouldRefuseWhenOfAnotherClusterOrObject() {
    DocumentVerifier elsewhere =
        new DocumentVerifier(
            UUID.randomUUID(), documents.adminKey.pair().getPublic(), EpochFloor.NONE);
    assertRefused(judgeFresh(elsewhere, DocumentSlot.committed(one)), Verdict.Reason.OTHER_CLUSTER);
    assertRefused(
        documents
            .verifier()
            .judge(
                ObjectKey.policy(UUID.randomUUID()),
                DocumentSlot.committed(one),
                Optional.empty(),
                DocumentHistory.NONE),
        Verdict.Reason.OTHER_OBJECT);
  }

  @Test
  void shouldRefuseBelowTheFloorAndAdoptAtIt() {
    for (long floor : List.of(1L, 2L, 3L)) {
      DocumentVerifier verifier =
          new DocumentVerifier(
              TestDocuments.CLUSTER,
              documents.adminKey.pair().getPublic(),
              new EpochFloor(Map.of(TestDocuments.POLICY, floor)));
      Verdict verdict = judgeFresh(verifier, DocumentSlot.committed(two));
      if (floor > 2) {
        assertRefused(verdict, Verdict.Reason.OLDER);
      } else {
        assertThat(verdict).isInstanceOf(Verdict.Adopted.class);
      }
    }
  }

  @Test
  void shouldFollowTheChainOnlyWhenItsLinksAreKnown() {
    Optional<VerifiedSlot> remembered =
        Optional.of(documents.verified(DocumentSlot.committed(one)));
    DocumentSlot found = DocumentSlot.committed(three);
    assertRefused(
        documents.verifier().judge(TestDocuments.POLICY, found, remembered, DocumentHistory.NONE),
        Verdict.Reason.BROKEN_CHAIN);
    assertThat(documents.verifier().judge(TestDocuments.POLICY, found, remembered, history))
        .isInstanceOf(Verdict.Adopted.class);
  }

  @Test
  void shouldNeverResurrectWhenATombstoneIsRemembered() {
    SignedDocument tombstone =
        documents.sign(
            new Document(
                TestDocuments.CLUSTER,
                TestDocuments.POLICY,
                3,
                Optional.of(two.digest()),
                Instant.EPOCH,
                new DocumentContent.Tombstone()));
    VerifiedSlot remembered = documents.verified(DocumentSlot.committed(tombstone));
    assertThat(remembered.living()).isEmpty();
    assertRefused(
        documents
            .verifier()
            .judge(
                TestDocuments.POLICY,
                DocumentSlot.committed(two),
                Optional.of(remembered),
                history),
        Verdict.Reason.OLDER);
  }
}
