package org.sealane.smb.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The value of another future, changed; unlike with {@code thenApply}, cancelling reaches it. */
final class Derived<T> extends CompletableFuture<T> {
  private final CompletableFuture<?> source;

  private Derived(CompletableFuture<?> source) {
    this.source = source;
  }

  static <S, T> Derived<T> of(CompletableFuture<S> source, Function<S, T> change) {
    Derived<T> derived = new Derived<>(source);
    source.whenComplete((value, failure) -> {
      if (failure == null) {
        derived.complete(change.apply(value));
      } else {
        derived.completeExceptionally(failure);
      }
    });
    return derived;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return source.cancel(mayInterruptIfRunning);
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
