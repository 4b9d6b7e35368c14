package org.sealane.cluster.admin;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealane.cluster.admin.AdminException.Kind;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/**
 * Puts signed documents into their slots by compare-and-set: a policy as pending, everything else
 * as committed. A lost reply is settled by reading back and comparing digests. Blocks on the store.
 */
final class DocumentWriter {
  /** Others' writes that are tolerated before giving up. */
  private static final int TRIES_MAX = 8;

  /** A slot in the store, decoded. */
  record Stored(DocumentSlot slot, int version) {}

  private final StoreClient store;
  private final ClusterPaths paths;
  private final DocumentVerifier verifier;

  DocumentWriter(StoreClient store, ClusterPaths paths, DocumentVerifier verifier) {
    this.store = store;
    this.paths = paths;
    this.verifier = verifier;
  }

  /** What is stored for the document's object now. */
  Optional<Stored> stored(ObjectKey key) throws AdminException {
    Optional<StoreResult.Value> value = store.read(paths.document(key));
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Stored(DocumentCodec.decodeSlot(value.get().data()), value.get().stat().version()));
    } catch (MalformedJsonException e) {
      throw new AdminException(Kind.REFUSED, key + " in ZooKeeper is damaged: " + e.getMessage());
    }
  }

  /** Checks the signature as every node will. */
  VerifiedDocument check(SignedDocument signed) throws AdminException {
    try {
      var key = DocumentCodec.decode(signed.payload()).key();
      return switch (verifier.check(key, signed)) {
        case DocumentVerifier.Check.Good good -> good.document();
        case DocumentVerifier.Check.Bad bad -> throw new AdminException(Kind.REFUSED, bad.detail());
      };
    } catch (MalformedJsonException e) {
      throw new AdminException(Kind.REFUSED, "not a document: " + e.getMessage());
    }
  }

  /**
   * Writes {@code document} as the successor of what is stored.
   *
   * @param supersede whether a turn that is still in its first step may be replaced
   */
  void write(VerifiedDocument document, boolean supersede) throws AdminException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      Optional<Stored> stored = stored(document.document().key());
      if (stored.isPresent() && holds(stored.get().slot(), document)) {
        keepHistory(document);
        return;
      }
      DocumentSlot next = next(stored.map(Stored::slot), document, supersede);
      StoreResult result = put(stored, document, next);
      switch (result) {
        case StoreResult.Done _ -> {
          keepHistory(document);
          return;
        }
        // Someone was faster, or no one knows: look again.
        case StoreResult.NodeExists _,
            StoreResult.BadVersion _,
            StoreResult.NoNode _,
            StoreResult.Uncertain _,
            StoreResult.SessionExpired _ -> {}
      }
    }
    throw new AdminException(
        Kind.UNAVAILABLE,
        document.document().key() + " could not be written; look at its state, then try again");
  }

  /**
   * Puts {@code known} back where the store has less, as after it was restored from a backup, or
   * where what it has is no one's successor to it. Nothing is written where the store agrees or is
   * ahead, so it does not matter which nodes are asked, or in which order.
   */
  Reasserted.Outcome reassert(VerifiedSlot known) throws AdminException {
    ObjectKey key = known.key();
    byte[] data = DocumentCodec.encodeSlot(known.unverified());
    String path = paths.document(key);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      Optional<StoreResult.Value> value = store.read(path);
      if (value.isPresent()) {
        Optional<Reasserted.Outcome> stays = stays(known, value.get().data());
        if (stays.isPresent()) {
          return stays.get();
        }
      }
      // What leads to later documents must be readable before they are.
      for (Optional<VerifiedDocument> document :
          List.of(known.committed(), known.turn().map(VerifiedSlot.Turn::document))) {
        if (document.isPresent()) {
          keepHistory(document.get());
        }
      }
      StoreResult result =
          store.submit(
              value.isPresent()
                  ? new StoreRequest.CompareAndSet(path, data, value.get().stat().version())
                  : new StoreRequest.Create(path, data, StoreRequest.Lifetime.PERSISTENT));
      if (result instanceof StoreResult.Done) {
        return Reasserted.Outcome.WRITTEN;
      }
    }
    throw new AdminException(Kind.UNAVAILABLE, key + " could not be written; try again");
  }

  /** Why what is stored must not be replaced by {@code known}; empty if it must. */
  private Optional<Reasserted.Outcome> stays(VerifiedSlot known, byte[] stored) {
    DocumentSlot slot;
    try {
      slot = DocumentCodec.decodeSlot(stored);
    } catch (MalformedJsonException e) {
      return Optional.empty();
    }
    if (slot.equals(known.unverified())) {
      return Optional.of(Reasserted.Outcome.AGREES);
    }
    return verifier.isTakenBack(known, slot)
        ? Optional.empty()
        : Optional.of(Reasserted.Outcome.BEHIND);
  }

  private StoreResult put(Optional<Stored> stored, VerifiedDocument document, DocumentSlot next)
      throws AdminException {
    String path = paths.document(document.document().key());
    byte[] data = DocumentCodec.encodeSlot(next);
    if (stored.isEmpty()) {
      return store.submit(new StoreRequest.Create(path, data, StoreRequest.Lifetime.PERSISTENT));
    }
    // What leads to the new document must be readable before the document is.
    if (stored.get().slot().committed().isPresent()) {
      SignedDocument committed = stored.get().slot().committed().get();
      keepHistory(check(committed));
    }
    return store.submit(new StoreRequest.CompareAndSet(path, data, stored.get().version()));
  }

  /**
   * Keeps a document that is in the slot where the chain is followed. Another of the same epoch,
   * left by someone whose compare-and-set failed, is replaced.
   */
  private void keepHistory(VerifiedDocument document) throws AdminException {
    String path = paths.epoch(document.document().key(), document.epoch());
    byte[] data = DocumentCodec.encodeSigned(document.signed());
    StoreResult result =
        store.submit(new StoreRequest.Create(path, data, StoreRequest.Lifetime.PERSISTENT));
    if (result instanceof StoreResult.NodeExists) {
      Optional<StoreResult.Value> kept = store.read(path);
      if (kept.isPresent() && Arrays.equals(kept.get().data(), data)) {
        return;
      }
      result = store.submit(new StoreRequest.CompareAndSet(path, data, StoreRequest.ANY_VERSION));
    }
    if (!(result instanceof StoreResult.Done)) {
      throw StoreClient.unavailable(result);
    }
  }

  private static boolean holds(DocumentSlot slot, VerifiedDocument document) {
    DocumentDigest digest = document.digest();
    return slot.committed().map(SignedDocument::digest).equals(Optional.of(digest))
        || slot.turn().map(turn -> turn.document().digest()).equals(Optional.of(digest));
  }

  private static DocumentSlot next(
      Optional<DocumentSlot> stored, VerifiedDocument document, boolean supersede)
      throws AdminException {
    Optional<SignedDocument> committed = stored.flatMap(DocumentSlot::committed);
    Optional<DocumentSlot.Turn> turn = stored.flatMap(DocumentSlot::turn);
    var key = document.document().key();
    if (!document.document().predecessor().equals(committed.map(SignedDocument::digest))) {
      throw new AdminException(
          Kind.CONFLICT, key + " was changed by someone else meanwhile; look at it and try again");
    }
    if (turn.isPresent()) {
      boolean replaceable =
          turn.get().step() == TurnStep.ACCEPT && supersede && !document.document().isTombstone();
      if (!replaceable) {
        throw new AdminException(
            Kind.TURN_RUNNING,
            "a turn of "
                + key
                + " is in step "
                + turn.get().step().word()
                + (turn.get().step() == TurnStep.ACCEPT
                    ? "; --supersede replaces it"
                    : ", past its point of no return; wait for it"));
      }
    }
    if (key.kind() == DocumentKind.POLICY && !document.document().isTombstone()) {
      return new DocumentSlot(
          committed, Optional.of(new DocumentSlot.Turn(document.signed(), TurnStep.ACCEPT)));
    }
    return DocumentSlot.committed(document.signed());
  }
}
