package org.sealane.rdma.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.WorkRequest;
import org.sealane.smb.transport.OutboundFrame.Permit;

/**
 * The send queue of one queue pair, and what waits for room in it. Any thread may post; the order
 * of posting is kept, but for binds, which pass what waits. Permits are asked right before a
 * request goes to the device.
 */
final class PostQueue {
  private final Consumer<VerbsException> failed;
  private final Runnable withheld;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private QueuePair queuePair;
  private int free;
  private int underWay;

  /** When the last request completed, or the first was posted after none was under way. */
  private long progressNanos;

  private boolean closed;

  private record Waiting(WorkRequest request, Permit permit) {}

  /**
   * @param depth requests at a time, apart from binds
   * @param failed told when a request could not be posted; may be called with the lock held
   * @param withheld told when a request lost its permit; may be called with the lock held
   */
  PostQueue(int depth, Consumer<VerbsException> failed, Runnable withheld) {
    this.free = depth;
    this.failed = failed;
    this.withheld = withheld;
  }

  synchronized void open(QueuePair connected) {
    queuePair = connected;
  }

  /** Posts, or queues until there is room. Dropped when the queue is closed. */
  synchronized void post(WorkRequest request, Permit permit) {
    if (closed) {
      return;
    }
    if (free == 0 || !waiting.isEmpty()) {
      waiting.add(new Waiting(request, permit));
      return;
    }
    free--;
    postNow(request, permit);
  }

  /** Posts a bind, for which there is always room. False if the queue is closed. */
  synchronized boolean bind(WorkRequest.BindWindow request) {
    if (!closed) {
      postNow(request, Permit.ALWAYS);
    }
    return !closed;
  }

  /** A request that was no bind has completed. */
  synchronized void onCompleted() {
    progress();
    free++;
    while (!closed && free > 0 && !waiting.isEmpty()) {
      free--;
      Waiting next = waiting.remove();
      postNow(next.request(), next.permit());
    }
  }

  /** A bind has completed. */
  synchronized void onBound() {
    progress();
  }

  private void progress() {
    underWay--;
    progressNanos = System.nanoTime();
  }

  /** How long the device has completed nothing of what is posted; 0 if nothing is. */
  synchronized long silentNanos(long nowNanos) {
    return closed || underWay == 0 ? 0 : nowNanos - progressNanos;
  }

  private void postNow(WorkRequest request, Permit permit) {
    if (!permit.isGranted()) {
      close();
      withheld.run();
      return;
    }
    try {
      if (underWay++ == 0) {
        progressNanos = System.nanoTime();
      }
      queuePair.post(request);
    } catch (VerbsException e) {
      close();
      failed.accept(e);
    }
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
  }
}
