package org.sealane.smb.client;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One read or write that is longer than a request may be: chunks of it are under way side by side,
 * a few at a time. The result is how many bytes were done from the start without a gap, or the
 * failure of the first chunk that failed. It completes when no chunk is under way any more, as
 * until then the caller's memory is in use.
 *
 * <p>Any thread may complete a chunk; the transfer's own monitor guards its state and is never held
 * while starting a chunk or completing the result.
 */
final class Transfer {
  /** Chunks under way at a time; enough to hide the round trip between large ones. */
  static final int CHUNKS_UNDER_WAY = 8;

  /** Starts one chunk; its future gives the bytes done, fewer than asked at the end of a file. */
  @FunctionalInterface
  interface Chunk {
    CompletableFuture<Integer> start(int position, int lengthBytes);
  }

  /** Cancelling gives up every chunk; completion is as without. */
  private final class Result extends CompletableFuture<Integer> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean pending = !isDone();
      cancelChunks();
      return pending;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>();
    }
  }

  private record Span(int position, int lengthBytes) {}

  private record Failure(int position, Throwable cause) {}

  private final int lengthBytes;
  private final int chunkBytes;
  private final Chunk chunk;
  private final Result result = new Result();
  private final Set<CompletableFuture<Integer>> underWay = new HashSet<>();
  private int active;
  private int nextPosition;

  /** Where the bytes without a gap end, as far as is known. */
  private int end;

  private Optional<Failure> failure = Optional.empty();

  private Transfer(int lengthBytes, int chunkBytes, Chunk chunk) {
    this.lengthBytes = lengthBytes;
    this.chunkBytes = chunkBytes;
    this.chunk = chunk;
    this.end = lengthBytes;
  }

  static CompletableFuture<Integer> start(int lengthBytes, int chunkBytes, Chunk chunk) {
    if (lengthBytes <= chunkBytes) {
      return chunk.start(0, lengthBytes);
    }
    Transfer transfer = new Transfer(lengthBytes, chunkBytes, chunk);
    transfer.startChunks();
    return transfer.result;
  }

  private void startChunks() {
    Optional<Span> span = next();
    while (span.isPresent()) {
      Span now = span.get();
      CompletableFuture<Integer> started = chunk.start(now.position(), now.lengthBytes());
      synchronized (this) {
        underWay.add(started);
      }
      started.whenComplete((done, failed) -> ended(started, now, done, failed));
      span = next();
    }
  }

  private synchronized Optional<Span> next() {
    if (nextPosition >= end || active >= CHUNKS_UNDER_WAY || failure.isPresent()) {
      return Optional.empty();
    }
    Span span = new Span(nextPosition, Math.min(chunkBytes, lengthBytes - nextPosition));
    nextPosition += span.lengthBytes();
    active++;
    return Optional.of(span);
  }

  private void ended(
      CompletableFuture<Integer> started, Span span, Integer done, Throwable failed) {
    boolean last;
    synchronized (this) {
      underWay.remove(started);
      active--;
      if (failed == null) {
        if (done < span.lengthBytes()) {
          end = Math.min(end, span.position() + done);
        }
      } else if (failure.isEmpty() || span.position() < failure.get().position()) {
        failure = Optional.of(new Failure(span.position(), failed));
      }
      last = active == 0 && (nextPosition >= end || failure.isPresent());
    }
    if (last) {
      finish();
    } else {
      startChunks();
    }
  }

  private void finish() {
    if (failure.isPresent()) {
      result.completeExceptionally(failure.get().cause());
    } else {
      result.complete(end);
    }
  }

  private void cancelChunks() {
    List<CompletableFuture<Integer>> chunks;
    synchronized (this) {
      chunks = List.copyOf(underWay);
    }
    chunks.forEach(each -> each.cancel(false));
  }
}
