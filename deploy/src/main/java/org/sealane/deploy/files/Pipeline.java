package org.sealane.deploy.files;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sealane.smb.share.ShareException;

/**
 * A bounded number of blocking operations under way, whose results are taken in the order they were
 * begun. One thread uses it; the operations run on virtual threads. Closing waits for them.
 */
final class Pipeline<T> implements AutoCloseable {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Future<T>> underWay = new ArrayDeque<>();
  private final int depth;

  Pipeline(int depth) {
    this.depth = depth;
  }

  boolean isEmpty() {
    return underWay.isEmpty();
  }

  boolean isFull() {
    return underWay.size() >= depth;
  }

  /** Begins an operation; there must be room. */
  void begin(Callable<T> operation) {
    if (isFull()) {
      throw new IllegalStateException(depth + " operations are under way already");
    }
    underWay.add(threads.submit(operation));
  }

  /** Waits for the oldest operation and gives its result, or throws what it threw. */
  T take() throws ShareException, IOException {
    try {
      return underWay.remove().get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ShareException failure -> throw failure;
        case IOException failure -> throw failure;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
