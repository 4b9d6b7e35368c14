package org.sealane.cluster.admin;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealane.cluster.store.ClusterStore;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/** The store for callers that may block. */
final class StoreClient {
  private static final int ANSWER_SECONDS_MAX = 15;

  private final ClusterStore store;

  StoreClient(ClusterStore store) {
    this.store = store;
  }

  /** Carries out one request; an answer that does not come in time is uncertain. */
  StoreResult submit(StoreRequest request) throws AdminException {
    try {
      return store.submit(request).toCompletableFuture().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return new StoreResult.Uncertain("no answer in " + ANSWER_SECONDS_MAX + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException(AdminException.Kind.UNAVAILABLE, "interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("the store never fails", e);
    }
  }

  Optional<StoreResult.Value> read(String path) throws AdminException {
    return switch (submit(new StoreRequest.Read(path))) {
      case StoreResult.Value value -> Optional.of(value);
      case StoreResult.NoNode _ -> Optional.empty();
      case StoreResult other -> throw unavailable(other);
    };
  }

  List<String> children(String path) throws AdminException {
    return switch (submit(new StoreRequest.Children(path))) {
      case StoreResult.Names names -> names.names();
      case StoreResult.NoNode _ -> List.of();
      case StoreResult other -> throw unavailable(other);
    };
  }

  static AdminException unavailable(StoreResult result) {
    return new AdminException(
        AdminException.Kind.UNAVAILABLE,
        "ZooKeeper does not answer (" + result + "); nothing was decided, try again");
  }
}
