package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.io.LockRequest;
import org.sealane.smb.io.LockRequestCodec;
import org.sealane.smb.io.LockResponse;
import org.sealane.smb.io.LockResponseCodec;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/**
 * LOCK, [MS-SMB2] 3.3.5.14. The share never waits for a lock: a request that may wait is tried
 * again until it is granted, cancelled, or its open is closed.
 */
final class LockCommands {
  private static final int KINDS =
      LockRequest.SHARED_LOCK | LockRequest.EXCLUSIVE_LOCK | LockRequest.UNLOCK;

  private LockCommands() {}

  static Step lock(Call call) throws MalformedMessageException, Refusal {
    LockRequest asked = LockRequestCodec.decode(call.request().reader());
    Open open = call.open(asked.fileId());
    if (!open.allows(
        AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    if (open.durability().isPresent() && open.lockSequences().isRepeated(asked)) {
      return new Step.Done(success());
    }
    if (asked.elements().getFirst().has(LockRequest.UNLOCK)) {
      List<ByteRange> ranges = ranges(asked);
      return new Step.Run(Operation.of(0, () -> unlocked(open, asked, ranges)));
    }
    List<RangeLock> locks = locks(asked);
    boolean patient = !asked.elements().getFirst().has(LockRequest.FAIL_IMMEDIATELY);
    return new Step.Run(Operation.of(0, () -> locked(open, asked, locks, patient)));
  }

  /** [MS-SMB2] 3.3.5.14.1: all of them are unlocks. */
  private static List<ByteRange> ranges(LockRequest asked) throws Refusal {
    List<ByteRange> ranges = new ArrayList<>(asked.elements().size());
    for (LockRequest.Element element : asked.elements()) {
      if (element.flags() != LockRequest.UNLOCK) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
      ranges.add(new ByteRange(element.offset(), element.lengthBytes()));
    }
    return ranges;
  }

  /** [MS-SMB2] 3.3.5.14.2: none of them is an unlock, and of several none may wait. */
  private static List<RangeLock> locks(LockRequest asked) throws Refusal {
    List<RangeLock> locks = new ArrayList<>(asked.elements().size());
    for (LockRequest.Element element : asked.elements()) {
      int kind = element.flags() & KINDS;
      boolean known =
          (element.flags() & ~(KINDS | LockRequest.FAIL_IMMEDIATELY)) == 0
              && (kind == LockRequest.SHARED_LOCK || kind == LockRequest.EXCLUSIVE_LOCK);
      boolean waits = !element.has(LockRequest.FAIL_IMMEDIATELY);
      if (!known || waits && asked.elements().size() > 1) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
      locks.add(
          new RangeLock(
              new ByteRange(element.offset(), element.lengthBytes()),
              kind == LockRequest.EXCLUSIVE_LOCK));
    }
    return locks;
  }

  /** On a worker. */
  private static Outcome locked(
      Open open, LockRequest asked, List<RangeLock> locks, boolean patient) throws ShareException {
    try {
      open.share().lock(locks);
    } catch (ShareException e) {
      if (patient && e.status().equals(NtStatus.LOCK_NOT_GRANTED)) {
        return new Outcome.Later(NtStatus.RANGE_NOT_LOCKED);
      }
      throw e;
    }
    open.lockSequences().done(asked);
    return new Outcome.Answered(success());
  }

  /** On a worker. */
  private static Outcome unlocked(Open open, LockRequest asked, List<ByteRange> ranges)
      throws ShareException {
    open.share().unlock(ranges);
    open.lockSequences().done(asked);
    return new Outcome.Answered(success());
  }

  private static Response success() {
    return Response.success(out -> LockResponseCodec.encode(new LockResponse(), out));
  }
}
