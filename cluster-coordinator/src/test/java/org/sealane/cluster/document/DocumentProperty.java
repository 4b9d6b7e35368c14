package org.sealane.cluster.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

class DocumentProperty {
  private static final TestDocuments DOCUMENTS = new TestDocuments();

  @Property(tries = 200)
  void shouldRoundTripAnyDocument(@ForAll("documents") Document document) throws Exception {
    assertThat(DocumentCodec.decode(DocumentCodec.encode(document))).isEqualTo(document);
  }

  @Property(tries = 200)
  void shouldRefuseAnyChangedBitOfWhatWasSigned(
      @ForAll("documents") Document document, @ForAll @IntRange(min = 0) int position) {
    SignedDocument signed = DOCUMENTS.sign(document);
    byte[] payload = signed.payload().clone();
    byte[] signature = signed.signature().clone();
    int bit = position % ((payload.length + signature.length) * 8);
    byte[] hit = bit / 8 < payload.length ? payload : signature;
    hit[bit / 8 < payload.length ? bit / 8 : bit / 8 - payload.length] ^= (byte) (1 << bit % 8);

    DocumentVerifier.Check check =
        DOCUMENTS.verifier().check(document.key(), new SignedDocument(payload, signature));

    assertThat(check).isInstanceOf(DocumentVerifier.Check.Bad.class);
  }

  @Property(tries = 500)
  void shouldNeverFailOtherwiseThanMalformedOnAnyBytes(@ForAll byte[] bytes) {
    try {
      DocumentCodec.decodeSlot(bytes);
      DocumentCodec.decode(bytes);
    } catch (MalformedJsonException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /**
   * Whatever order of honest and replayed slots a node is shown, its committed epoch never goes
   * back and, once a turn is at send, what it enforces leads on from that turn.
   */
  @Property(tries = 300)
  void shouldNeverGoBackWhateverOrderSlotsAreShownIn(
      @ForAll List<@IntRange(min = 0, max = 9) Integer> order) {
    List<DocumentSlot> shown = slots();
    Optional<VerifiedSlot> known = Optional.empty();
    for (int index : order) {
      Verdict verdict =
          DOCUMENTS
              .verifier()
              .judge(TestDocuments.POLICY, shown.get(index), known, new DocumentHistory(HISTORY));
      if (verdict instanceof Verdict.Adopted adopted) {
        VerifiedSlot next = adopted.slot();
        if (known.isPresent()) {
          assertThat(next.highestEpoch()).isGreaterThanOrEqualTo(known.get().highestEpoch());
          assertThat(epoch(next)).isGreaterThanOrEqualTo(epoch(known.get()));
          if (isPastNoReturn(known.get())) {
            assertThat(next.highestEpoch() > known.get().highestEpoch() || isPastNoReturn(next))
                .isTrue();
          }
        }
        known = Optional.of(next);
      }
    }
  }

  private static final List<SignedDocument> CHAIN = chain();
  private static final Map<DocumentDigest, SignedDocument> HISTORY = history();

  private static List<SignedDocument> chain() {
    List<SignedDocument> chain = new ArrayList<>();
    for (int epoch = 1; epoch <= 4; epoch++) {
      chain.add(
          DOCUMENTS.policy(
              epoch,
              epoch % 2 == 0 ? Level.CLEAR : Level.ENCRYPT,
              chain.isEmpty() ? Optional.empty() : Optional.of(chain.getLast())));
    }
    return chain;
  }

  private static Map<DocumentDigest, SignedDocument> history() {
    Map<DocumentDigest, SignedDocument> history = new HashMap<>();
    CHAIN.forEach(document -> history.put(document.digest(), document));
    return history;
  }

  private static List<DocumentSlot> slots() {
    List<DocumentSlot> slots = new ArrayList<>();
    for (SignedDocument document : CHAIN) {
      slots.add(DocumentSlot.committed(document));
    }
    for (TurnStep step : TurnStep.values()) {
      slots.add(TestDocuments.turning(Optional.of(CHAIN.get(0)), CHAIN.get(1), step));
      slots.add(TestDocuments.turning(Optional.of(CHAIN.get(1)), CHAIN.get(2), step));
    }
    return slots;
  }

  private static long epoch(VerifiedSlot slot) {
    return slot.committed().map(VerifiedDocument::epoch).orElse(0L);
  }

  private static boolean isPastNoReturn(VerifiedSlot slot) {
    return slot.turn().filter(turn -> turn.step() != TurnStep.ACCEPT).isPresent()
        || slot.turn().isEmpty();
  }

  @Provide
  Arbitrary<Document> documents() {
    Arbitrary<DocumentContent> policies =
        Combinators.combine(
                Arbitraries.of(Level.class),
                Arbitraries.of(Level.class),
                Arbitraries.of(CipherId.class).list().uniqueElements().ofMinSize(1),
                Arbitraries.of(SigningAlgorithm.class).list().uniqueElements().ofMinSize(1),
                Arbitraries.of(TransportPreference.class),
                Arbitraries.longs().between(1L << 20, Long.MAX_VALUE),
                Arbitraries.integers().between(1, Integer.MAX_VALUE))
            .as((csv, sbl, ciphers, signing, transport, bytes, seconds) ->
                new DocumentContent.Policy(
                    csv,
                    sbl,
                    ciphers,
                    signing,
                    transport,
                    new RekeyLimits(bytes, Duration.ofSeconds(seconds))));
    return Combinators.combine(
            policies,
            Arbitraries.create(UUID::randomUUID),
            Arbitraries.longs().between(1, Document.EPOCH_MAX),
            Arbitraries.integers().between(0, Integer.MAX_VALUE))
        .as((content, volume, epoch, seconds) ->
            new Document(
                TestDocuments.CLUSTER,
                ObjectKey.policy(volume),
                epoch,
                Optional.empty(),
                Instant.ofEpochSecond(seconds),
                content));
  }
}
