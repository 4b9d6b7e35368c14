package org.sealane.cluster.simulation;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/**
 * Puts policies into their slot as pending, as the administrator's tools do: by compare-and-set,
 * settled by reading back, with what leads to the new document kept before it.
 */
final class SimulatedAdministrator {
  private final SimulatedCluster cluster;
  private final SimulatedConnection connection;
  private final ClusterPaths paths;

  SimulatedAdministrator(SimulatedCluster cluster, String name) {
    this.cluster = cluster;
    this.paths = cluster.paths();
    this.connection = cluster.connection(name, Runnable::run, _ -> {});
  }

  SimulatedConnection connection() {
    return connection;
  }

  /** Asks for {@code content}; tells true if it is pending now, false if it could not be. */
  void turnTo(
      ObjectKey key, DocumentContent.Policy content, boolean supersede, Consumer<Boolean> then) {
    read(
        key,
        value -> {
          Optional<DocumentSlot> stored = value.map(SimulatedAdministrator::slot);
          if (cluster.processes().stream()
              .anyMatch(process -> remembersMore(process, key, stored))) {
            // As 'policy set' does: a successor of less than what nodes remember helps nobody.
            then.accept(false);
            return;
          }
          boolean free =
              stored
                  .flatMap(DocumentSlot::turn)
                  .map(turn -> supersede && turn.step() == TurnStep.ACCEPT)
                  .orElse(true);
          if (!free) {
            then.accept(false);
            return;
          }
          SignedDocument document = document(key, content, stored);
          DocumentSlot next =
              new DocumentSlot(
                  stored.flatMap(DocumentSlot::committed),
                  Optional.of(new DocumentSlot.Turn(document, TurnStep.ACCEPT)));
          keep(
              key,
              next.committed(),
              () -> put(key, value, next, result -> settle(key, document, result, then)));
        });
  }

  private static boolean remembersMore(
      SimulatedProcess process, ObjectKey key, Optional<DocumentSlot> stored) {
    Optional<VerifiedSlot> known = process.slot(key);
    return known.isPresent()
        && (stored.isEmpty() || SimulatedCluster.verifier().isTakenBack(known.get(), stored.get()));
  }

  /** Writes back what {@code process} remembers where the store has less, as 'policy reassert'. */
  void reassert(ObjectKey key, SimulatedProcess process) {
    read(
        key,
        value -> {
          Optional<VerifiedSlot> known = process.slot(key);
          if (remembersMore(process, key, value.map(SimulatedAdministrator::slot))) {
            DocumentSlot slot = known.orElseThrow().unverified();
            keep(
                key,
                slot.committed(),
                () ->
                    keep(
                        key,
                        slot.turn().map(DocumentSlot.Turn::document),
                        () -> put(key, value, slot, _ -> {})));
          }
        });
  }

  private SignedDocument document(
      ObjectKey key, DocumentContent.Policy content, Optional<DocumentSlot> stored) {
    long highest =
        Math.max(
            stored.flatMap(DocumentSlot::committed).map(this::epoch).orElse(0L),
            stored.flatMap(DocumentSlot::turn).map(turn -> epoch(turn.document())).orElse(0L));
    for (SimulatedProcess process : cluster.processes()) {
      highest = Math.max(highest, process.slot(key).map(VerifiedSlot::highestEpoch).orElse(0L));
    }
    return cluster.sign(
        new Document(
            cluster.id(),
            key,
            highest + 1,
            stored.flatMap(DocumentSlot::committed).map(SignedDocument::digest),
            Instant.EPOCH,
            content));
  }

  private void put(
      ObjectKey key,
      Optional<StoreResult.Value> value,
      DocumentSlot next,
      Consumer<StoreResult> then) {
    byte[] data = DocumentCodec.encodeSlot(next);
    cluster.time().note("admin puts %s", next);
    connection.submit(
        value.isPresent()
            ? new StoreRequest.CompareAndSet(
                paths.document(key), data, value.get().stat().version())
            : new StoreRequest.Create(paths.document(key), data, StoreRequest.Lifetime.PERSISTENT),
        then);
  }

  private void settle(
      ObjectKey key, SignedDocument document, StoreResult result, Consumer<Boolean> then) {
    if (result instanceof StoreResult.Done) {
      keep(key, Optional.of(document), () -> then.accept(true));
      return;
    }
    read(
        key,
        value -> {
          boolean holds =
              value
                  .map(SimulatedAdministrator::slot)
                  .filter(slot ->
                      slot.committed().equals(Optional.of(document))
                          || slot.turn()
                              .map(DocumentSlot.Turn::document)
                              .equals(Optional.of(document)))
                  .isPresent();
          if (holds) {
            keep(key, Optional.of(document), () -> then.accept(true));
          } else {
            then.accept(false);
          }
        });
  }

  private void keep(ObjectKey key, Optional<SignedDocument> document, Runnable then) {
    if (document.isEmpty()) {
      then.run();
      return;
    }
    String path = paths.epoch(key, epoch(document.get()));
    connection.submit(
        new StoreRequest.Create(
            path, DocumentCodec.encodeSigned(document.get()), StoreRequest.Lifetime.PERSISTENT),
        result -> {
          if (result instanceof StoreResult.Done || result instanceof StoreResult.NodeExists) {
            then.run();
          } else {
            again(() -> keep(key, document, then));
          }
        });
  }

  private void read(ObjectKey key, Consumer<Optional<StoreResult.Value>> then) {
    connection.submit(
        new StoreRequest.Read(paths.document(key)),
        result -> {
          if (result instanceof StoreResult.Value value) {
            then.accept(Optional.of(value));
          } else if (result instanceof StoreResult.NoNode) {
            then.accept(Optional.empty());
          } else {
            again(() -> read(key, then));
          }
        });
  }

  private void again(Runnable work) {
    cluster.time().after(VirtualTime.millis(100), work);
  }

  private long epoch(SignedDocument document) {
    return decode(document).epoch();
  }

  static Document decode(SignedDocument document) {
    try {
      return DocumentCodec.decode(document.payload());
    } catch (MalformedJsonException e) {
      throw new IllegalStateException(e);
    }
  }

  static DocumentSlot slot(StoreResult.Value value) {
    try {
      return DocumentCodec.decodeSlot(value.data());
    } catch (MalformedJsonException e) {
      throw new IllegalStateException(e);
    }
  }
}
