package org.sealane.rdma.disni;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCReqNotify;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.sealane.rdma.verbs.Completion;
import org.sealane.rdma.verbs.CompletionQueue;
import org.sealane.rdma.verbs.CompletionStatus;
import org.sealane.rdma.verbs.RemoteKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's completion queue with a channel of its own, as DiSNI does not tell which queue of a
 * channel has something; and the flushes of requests that no device was given any more.
 */
final class DisniCompletionQueue implements CompletionQueue {
  private static final Logger LOG = LoggerFactory.getLogger(DisniCompletionQueue.class);

  /** Completions that one call takes. */
  private static final int BATCH = 64;

  private static final int OPCODE_RECEIVE = 128;
  private static final int FLAG_WITH_INVALIDATE = 8;

  /** The kernel's own bit for the same, which Soft-RoCE shows to users. */
  private static final int FLAG_WITH_INVALIDATE_KERNEL = 4;

  private final DisniVerbs verbs;
  private final IbvCompChannel channel;
  private final IbvCQ queue;
  private final Readiness readiness;
  private final IbvWC[] polled = new IbvWC[BATCH];
  private final SVCReqNotify arm;
  private final Map<Integer, DisniQueuePair> queuePairs = new ConcurrentHashMap<>();
  private final Queue<Flushed> flushed = new ConcurrentLinkedQueue<>();
  private int reserved;

  // Of the one thread that polls and waits.
  private boolean armed;
  private boolean closed;

  private record Flushed(DisniQueuePair queuePair, WorkQueue queue, int slot) {}

  DisniCompletionQueue(DisniVerbs verbs, IbvCompChannel channel, IbvCQ queue) throws IOException {
    this.verbs = verbs;
    this.channel = channel;
    this.queue = queue;
    this.readiness = new Readiness(channel.getFd());
    this.arm = queue.reqNotification(false);
    for (int i = 0; i < polled.length; i++) {
      polled[i] = new IbvWC();
    }
  }

  DisniVerbs verbs() {
    return verbs;
  }

  IbvCQ queue() {
    return queue;
  }

  /** Makes room for the completions of a queue pair, if there is room. */
  synchronized boolean reserve(long depths) {
    if (closed || reserved + depths > entries()) {
      return false;
    }
    reserved += (int) depths;
    return true;
  }

  synchronized void unreserve(int depths) {
    reserved -= depths;
  }

  void add(DisniQueuePair queuePair) {
    queuePairs.put(queuePair.serial(), queuePair);
  }

  void remove(DisniQueuePair queuePair) {
    queuePairs.remove(queuePair.serial());
  }

  /** Completes the late requests of a queue whose turn has come. */
  void flush(DisniQueuePair queuePair, WorkQueue work) {
    List<Integer> due = work.lateDue();
    for (int slot : due) {
      flushed.add(new Flushed(queuePair, work, slot));
    }
    if (!due.isEmpty()) {
      readiness.wakeUp();
    }
  }

  @Override
  public int entries() {
    return queue.getCqe();
  }

  @Override
  public int poll(List<Completion> into, int max) {
    int count = 0;
    try {
      int taken;
      do {
        SVCPollCq poll = queue.poll(polled, Math.min(max - count, BATCH)).execute();
        taken = poll.getPolls();
        poll.free();
        for (int i = 0; i < taken; i++) {
          count += hand(polled[i], into);
        }
        // Those of closed queue pairs are not counted, but others may lie behind them.
      } while (taken > 0 && count == 0);
    } catch (IOException e) {
      throw new UncheckedIOException("the completion queue can not be polled", e);
    }
    while (count < max && !flushed.isEmpty()) {
      Flushed next = flushed.remove();
      into.add(
          new Completion(
              next.queue().release(next.slot()),
              CompletionStatus.WR_FLUSH_ERR,
              0,
              Optional.empty(),
              next.queuePair().number(),
              0));
      count++;
    }
    return count;
  }

  private int hand(IbvWC from, List<Completion> into) {
    DisniQueuePair owner = queuePairs.get(DisniQueuePair.serial(from.getWr_id()));
    if (owner == null) {
      return 0;
    }
    CompletionStatus status = CompletionStatus.ofCode(from.getStatus());
    WorkQueue work = owner.queue(from.getWr_id());
    long workId = work.complete(DisniQueuePair.slot(from.getWr_id()));
    into.add(
        new Completion(
            workId,
            status,
            from.getByte_len(),
            status == CompletionStatus.SUCCESS ? invalidated(from) : Optional.empty(),
            owner.number(),
            from.getVendor_err()));
    if (status != CompletionStatus.SUCCESS) {
      owner.onFailed(status);
      flush(owner, work);
    }
    return 1;
  }

  private Optional<RemoteKey> invalidated(IbvWC from) {
    if (from.getOpcode() != OPCODE_RECEIVE) {
      return Optional.empty();
    }
    int key = from.getImm_data();
    boolean told =
        (from.getWc_flags() & FLAG_WITH_INVALIDATE) != 0
            || (from.getWc_flags() & FLAG_WITH_INVALIDATE_KERNEL) != 0
                && verbs.windowKeys().contains(key);
    return told ? Optional.of(new RemoteKey(key)) : Optional.empty();
  }

  /** Asks for an event first, and returns, as something may have completed before it was asked. */
  @Override
  public void await(Duration timeout) {
    try {
      if (!armed) {
        arm.execute();
        armed = true;
        return;
      }
      if (!flushed.isEmpty()) {
        return;
      }
      readiness.await(Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE));
      if (channel.getCqEvent(queue, 0)) {
        queue.ackEvents(1);
        armed = false;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the completion queue can not be waited for", e);
    }
  }

  @Override
  public void wakeUp() {
    readiness.wakeUp();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    arm.free();
    try {
      // In this order: a channel with a queue is busy.
      queue.destroyCQ();
      channel.destroyCompChannel();
    } catch (IOException e) {
      LOG.error("rdma completion queue not closed: {}", e.getMessage());
    }
    readiness.close();
  }
}
