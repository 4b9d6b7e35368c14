package org.sealane.smb.lane;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.sealane.smb.client.ClientOpen;
import org.sealane.smb.io.LockRequest;
import org.sealane.smb.share.ShareException;

/**
 * The byte-range locks of an open over a lane. They lie with the volume's owner and outlive the
 * lane's sessions, as the open does; its LOCK requests go one after the other, each with a number,
 * so that one that is sent again is carried out once. If the owner loses the open, somebody else
 * may have had the ranges meanwhile, so the open is not made again.
 *
 * <p>Any thread may call; blocks while another LOCK of the open is under way.
 */
final class LaneLocks {
  private final ReentrantLock one = new ReentrantLock();
  private int sequenceNumber;

  /** Locks that may be held: each that was granted, but those that were surely ended. */
  private final AtomicLong held = new AtomicLong();

  /** Carries the request out; runs {@code onDone} after it has succeeded, before the lane moves. */
  @FunctionalInterface
  interface Call {
    void send(Function<ClientOpen, CompletionStage<Void>> request, Runnable onDone)
        throws ShareException;
  }

  boolean areHeld() {
    return held.get() > 0;
  }

  void lock(List<LockRequest.Element> elements, Call call) throws ShareException {
    send(elements, elements.size(), call);
  }

  void unlock(List<LockRequest.Element> elements, Call call) throws ShareException {
    send(elements, -elements.size(), call);
  }

  private void send(List<LockRequest.Element> elements, long change, Call call)
      throws ShareException {
    one.lock();
    try {
      int number = sequenceNumber;
      sequenceNumber = number == LockRequest.SEQUENCE_NUMBER_MAX ? 0 : number + 1;
      call.send(open -> open.lock(elements, number), () -> held.addAndGet(change));
    } finally {
      one.unlock();
    }
  }
}
