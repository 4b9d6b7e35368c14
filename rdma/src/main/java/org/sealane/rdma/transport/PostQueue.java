package org.sealane.rdma.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.WorkRequest;

/**
 * The send queue of one queue pair, and what waits for room in it. Any thread may post; the order
 * of posting is kept, but for binds, which pass what waits.
 */
final class PostQueue {
  private final Consumer<VerbsException> failed;
  private final Deque<WorkRequest> waiting = new ArrayDeque<>();
  private QueuePair queuePair;
  private int free;
  private boolean closed;

  /**
   * @param depth requests at a time, apart from binds
   * @param failed told when a request could not be posted; may be called with the lock held
   */
  PostQueue(int depth, Consumer<VerbsException> failed) {
    this.free = depth;
    this.failed = failed;
  }

  synchronized void open(QueuePair connected) {
    queuePair = connected;
  }

  /** Posts, or queues until there is room. Dropped when the queue is closed. */
  synchronized void post(WorkRequest request) {
    if (closed) {
      return;
    }
    if (free == 0 || !waiting.isEmpty()) {
      waiting.add(request);
      return;
    }
    free--;
    postNow(request);
  }

  /** Posts a bind, for which there is always room. False if the queue is closed. */
  synchronized boolean bind(WorkRequest.BindWindow request) {
    if (!closed) {
      postNow(request);
    }
    return !closed;
  }

  /** A request that was no bind has completed. */
  synchronized void onCompleted() {
    free++;
    while (!closed && free > 0 && !waiting.isEmpty()) {
      free--;
      postNow(waiting.remove());
    }
  }

  private void postNow(WorkRequest request) {
    try {
      queuePair.post(request);
    } catch (VerbsException e) {
      closed = true;
      waiting.clear();
      failed.accept(e);
    }
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
  }
}
