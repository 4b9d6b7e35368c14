package org.sealane.smb.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The future of one request. {@link #cancel} asks the server to give the request up and fails the
 * future with {@link ClientException.Cancelled}.
 *
 * <p>With a payload it completes only when nothing reads the payload any more, whatever the
 * outcome: the caller may then use those bytes for something else.
 */
final class Operation<T> extends CompletableFuture<T> {
  private final boolean payload;
  private final AtomicInteger holds;
  private volatile Runnable outcome = () -> {};
  private volatile Runnable onCancel = () -> {};

  private Operation(boolean payload) {
    this.payload = payload;
    this.holds = new AtomicInteger(payload ? 2 : 1);
  }

  /** Completes on its outcome. */
  static <T> Operation<T> plain() {
    return new Operation<>(false);
  }

  /** Completes on its outcome and after {@link #payloadReleased}. */
  static <T> Operation<T> withPayload() {
    return new Operation<>(true);
  }

  boolean hasPayload() {
    return payload;
  }

  void onCancel(Runnable action) {
    onCancel = action;
  }

  /** To be called once, or {@link #failed}. */
  void succeeded(T value) {
    settle(() -> complete(value));
  }

  /** To be called once, or {@link #succeeded}. */
  void failed(Throwable failure) {
    settle(() -> completeExceptionally(failure));
  }

  /** To be called once. */
  void payloadReleased() {
    release();
  }

  /** True unless it was done already; it completes as soon as its payload is free. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean pending = !isDone();
    onCancel.run();
    return pending;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  private void settle(Runnable how) {
    outcome = how;
    release();
  }

  private void release() {
    if (holds.decrementAndGet() == 0) {
      outcome.run();
    }
  }
}
