package org.sealane.cluster.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.member.MemoryStore;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.ClusterStore;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.smb.lane.Level;

class DocumentWriterTest {
  private static final ClusterPaths PATHS = new ClusterPaths("test");
  private static final String SLOT = PATHS.document(TestDocuments.POLICY);

  private final TestDocuments documents = new TestDocuments();
  private final Store store = new Store();
  private final DocumentWriter writer =
      new DocumentWriter(new StoreClient(store), PATHS, documents.verifier());
  private final SignedDocument one = documents.policy(1, Level.ENCRYPT, Optional.empty());
  private final SignedDocument two = documents.policy(2, Level.CLEAR, Optional.of(one));
  private final SignedDocument three = documents.policy(3, Level.SIGN, Optional.of(one));

  /** A store that answers at once; the reply to the next write of the slot can be lost. */
  private static final class Store implements ClusterStore {
    private final MemoryStore memory = new MemoryStore();
    private boolean loseReply;

    @Override
    public CompletionStage<StoreResult> submit(StoreRequest request) {
      StoreResult result = memory.carryOut(request, 1);
      if (loseReply && request.isWrite() && request.path().equals(SLOT)) {
        loseReply = false;
        result = new StoreResult.Uncertain("lost");
      }
      return CompletableFuture.completedStage(result);
    }

    @Override
    public void start(Consumer<StoreEvent> listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void watch(String root) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void withdraw(String path) {
      throw new UnsupportedOperationException("no election here");
    }

    @Override
    public void contend(String path, String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private void stored(DocumentSlot slot) {
    stored(DocumentCodec.encodeSlot(slot));
  }

  private void stored(byte[] data) {
    if (store.memory.carryOut(new StoreRequest.Create(SLOT, data, Lifetime.PERSISTENT), 1)
        instanceof StoreResult.NodeExists) {
      store.memory.carryOut(
          new StoreRequest.CompareAndSet(SLOT, data, StoreRequest.ANY_VERSION), 1);
    }
  }

  private DocumentSlot stored() throws Exception {
    StoreResult found = store.memory.carryOut(new StoreRequest.Read(SLOT), 1);
    return DocumentCodec.decodeSlot(((StoreResult.Value) found).data());
  }

  private SignedDocument history(long epoch) throws Exception {
    StoreResult found =
        store.memory.carryOut(new StoreRequest.Read(PATHS.epoch(TestDocuments.POLICY, epoch)), 1);
    return DocumentCodec.decodeSigned(((StoreResult.Value) found).data());
  }

  private VerifiedDocument checked(SignedDocument document) throws AdminException {
    return writer.check(document);
  }

  private static DocumentSlot turning(SignedDocument from, SignedDocument to, TurnStep step) {
    return TestDocuments.turning(Optional.of(from), to, step);
  }

  private Reasserted.Outcome reassert(DocumentSlot remembered) throws AdminException {
    return writer.reassert(documents.verified(remembered));
  }

  @Test
  void shouldReplaceThePendingDocumentWhenItIsSupersededBeforeSend() throws Exception {
    stored(turning(one, two, TurnStep.ACCEPT));

    writer.write(checked(three), true);

    assertThat(stored()).isEqualTo(turning(one, three, TurnStep.ACCEPT));
    assertThat(history(1)).isEqualTo(one);
    assertThat(history(3)).isEqualTo(three);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldRefuseAnotherChangeAfterSend(boolean supersede) throws Exception {
    stored(turning(one, two, TurnStep.SEND));

    assertThatThrownBy(() -> writer.write(checked(three), supersede))
        .isInstanceOfSatisfying(
            AdminException.class,
            e -> assertThat(e.kind()).isEqualTo(AdminException.Kind.TURN_RUNNING))
        .hasMessageContaining("step send, past its point of no return");
    assertThat(stored()).isEqualTo(turning(one, two, TurnStep.SEND));
  }

  @Test
  void shouldRefuseAnotherChangeBeforeSendUnlessItSupersedes() throws Exception {
    stored(turning(one, two, TurnStep.ACCEPT));

    assertThatThrownBy(() -> writer.write(checked(three), false))
        .hasMessageContaining("--supersede replaces it");
    assertThat(stored()).isEqualTo(turning(one, two, TurnStep.ACCEPT));
  }

  @Test
  void shouldSettleAWriteWhoseReplyWasLostByReadingBack() throws Exception {
    stored(DocumentSlot.committed(one));
    store.loseReply = true;

    writer.write(checked(two), false);

    assertThat(stored()).isEqualTo(turning(one, two, TurnStep.ACCEPT));
    assertThat(history(2)).isEqualTo(two);
  }

  @Test
  void shouldPutBackWhatIsRememberedWhenTheStoreHasLess() throws Exception {
    SignedDocument four = documents.policy(4, Level.CLEAR, Optional.of(two));
    DocumentSlot remembered = turning(two, four, TurnStep.SEND);
    for (byte[] less :
        new byte[][] {
          DocumentCodec.encodeSlot(DocumentSlot.committed(one)),
          DocumentCodec.encodeSlot(turning(one, two, TurnStep.SEND)),
          DocumentCodec.encodeSlot(DocumentSlot.committed(two)),
          DocumentCodec.encodeSlot(turning(two, four, TurnStep.ACCEPT)),
          "{}".getBytes()
        }) {
      stored(less);

      assertThat(reassert(remembered)).isEqualTo(Reasserted.Outcome.WRITTEN);

      assertThat(stored()).isEqualTo(remembered);
      assertThat(history(2)).isEqualTo(two);
      assertThat(history(4)).isEqualTo(four);
      assertThat(reassert(remembered)).isEqualTo(Reasserted.Outcome.AGREES);
    }
  }

  @Test
  void shouldPutBackWhatIsRememberedWhenTheStoreHasNothing() throws Exception {
    assertThat(reassert(DocumentSlot.committed(two))).isEqualTo(Reasserted.Outcome.WRITTEN);

    assertThat(stored()).isEqualTo(DocumentSlot.committed(two));
  }

  @Test
  void shouldPutBackOverAPendingDocumentThatFollowsAnOlderOne() throws Exception {
    DocumentSlot strayed =
        turning(one, documents.policy(7, Level.CLEAR, Optional.of(one)), TurnStep.ACCEPT);
    stored(strayed);

    assertThat(reassert(DocumentSlot.committed(two))).isEqualTo(Reasserted.Outcome.WRITTEN);
  }

  @Test
  void shouldNotTakeBackWhatTheStoreHasMore() throws Exception {
    SignedDocument five =
        documents.policy(
            5, Level.SIGN, Optional.of(documents.policy(4, Level.CLEAR, Optional.of(two))));
    for (DocumentSlot more :
        new DocumentSlot[] {
          turning(one, two, TurnStep.ENFORCE),
          DocumentSlot.committed(two),
          DocumentSlot.committed(five),
          turning(five, documents.policy(6, Level.CLEAR, Optional.of(five)), TurnStep.ACCEPT)
        }) {
      stored(more);

      assertThat(reassert(turning(one, two, TurnStep.SEND))).isEqualTo(Reasserted.Outcome.BEHIND);
      assertThat(stored()).isEqualTo(more);
    }
  }
}
