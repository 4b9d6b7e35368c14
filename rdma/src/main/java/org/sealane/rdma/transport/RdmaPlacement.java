package org.sealane.rdma.transport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.RemoteSlice;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.WorkRequest;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.OutboundFrame.Permit;

/**
 * Direct placement on one connection. Transfers are posted by the thread that asks; completions
 * come from the connection's loop.
 */
final class RdmaPlacement implements DirectPlacement {
  private final RdmaConnection connection;
  private final Verbs verbs;
  private final PlacementPool pool;
  private final PostQueue posts;
  private final RdmaCounters counters;
  private final int maxReadWriteBytes;
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final Map<Integer, Transfer> transfers = new ConcurrentHashMap<>();
  private final Set<CompletableFuture<Lease>> waiting = ConcurrentHashMap.newKeySet();
  private final Set<RdmaLease.Rights> fetchable = ConcurrentHashMap.newKeySet();

  // Guarded by this: exposures with rights, by key and by the number of their revocation.
  private final Map<Integer, RdmaLease.Rights> exposed = new HashMap<>();
  private final Map<Integer, RdmaLease.Rights> revoking = new HashMap<>();

  /**
   * Nothing new is begun: the queue pair is about to be closed, and what is under way ends then.
   */
  private boolean gone;

  /** One READ or WRITE of the engine's, as the work requests it became. */
  private static final class Transfer {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final RdmaLease lease;
    final AtomicInteger outstanding;

    Transfer(RdmaLease lease, int requests) {
      this.lease = lease;
      this.outstanding = new AtomicInteger(requests);
    }
  }

  RdmaPlacement(
      RdmaConnection connection,
      Verbs verbs,
      PlacementPool pool,
      PostQueue posts,
      RdmaCounters counters,
      long maxReadWriteBytes) {
    this.connection = connection;
    this.verbs = verbs;
    this.pool = pool;
    this.posts = posts;
    this.counters = counters;
    this.maxReadWriteBytes = (int) Math.min(maxReadWriteBytes, pool.largestBytes());
  }

  @Override
  public int maxReadWriteBytes() {
    return maxReadWriteBytes;
  }

  @Override
  public boolean remoteInvalidation() {
    return verbs.attributes().memoryWindows();
  }

  @Override
  public CompletableFuture<Lease> lease(int lengthBytes) {
    if (lengthBytes < 1 || lengthBytes > maxReadWriteBytes) {
      throw new IllegalArgumentException(
          "a lease of " + lengthBytes + " bytes; at most " + maxReadWriteBytes);
    }
    if (isGone()) {
      return CompletableFuture.failedFuture(new IOException("the connection is gone"));
    }
    CompletableFuture<PlacementPool.Buffer> lent = pool.lend(lengthBytes);
    CompletableFuture<Lease> lease = new CompletableFuture<>();
    waiting.add(lease);
    lease.whenComplete((given, failure) -> {
      waiting.remove(lease);
      lent.cancel(false);
    });
    lent.thenAccept(buffer -> {
      if (!lease.complete(new RdmaLease(this, buffer, lengthBytes))) {
        pool.giveBack(buffer);
      }
    });
    if (isGone()) {
      lease.completeExceptionally(new IOException("the connection is gone"));
    }
    return lease;
  }

  @Override
  public CompletionStage<Void> read(List<BufferDescriptorV1> from, Lease into, int lengthBytes) {
    counters.add(RdmaCounter.BYTES_READ, lengthBytes);
    return transfer(from, (RdmaLease) into, lengthBytes, Optional.empty());
  }

  @Override
  public CompletionStage<Void> write(
      Lease from, List<BufferDescriptorV1> into, int lengthBytes, Permit permit) {
    counters.add(RdmaCounter.BYTES_WRITTEN, lengthBytes);
    return transfer(into, (RdmaLease) from, lengthBytes, Optional.of(permit));
  }

  /**
   * @param writes a WRITE, and whether it may leave; else a READ
   */
  private CompletionStage<Void> transfer(
      List<BufferDescriptorV1> remote, RdmaLease lease, int lengthBytes, Optional<Permit> writes) {
    List<RemoteSlice> parts = parts(remote, lengthBytes);
    if (lengthBytes < 1 || lengthBytes > lease.bytes().byteSize()) {
      throw new IllegalArgumentException(
          lengthBytes + " bytes with a lease of " + lease.bytes().byteSize());
    }
    Transfer transfer = new Transfer(lease, parts.size());
    int number = nextNumber();
    synchronized (this) {
      if (gone) {
        return CompletableFuture.failedStage(new IOException("the connection is gone"));
      }
      lease.beginTransfer(this);
      transfers.put(number, transfer);
    }
    long workId = connection.workId(WorkId.Kind.TRANSFER, number);
    int offset = 0;
    for (RemoteSlice part : parts) {
      var local = lease.buffer().slice().part(offset, part.lengthBytes());
      posts.post(
          writes.isEmpty()
              ? new WorkRequest.Read(workId, local, part)
              : new WorkRequest.Write(workId, local, part),
          writes.orElse(Permit.ALWAYS));
      offset += part.lengthBytes();
    }
    return transfer.done;
  }

  private static List<RemoteSlice> parts(List<BufferDescriptorV1> remote, int lengthBytes) {
    if (remote.size() > BufferDescriptorV1.COUNT_MAX) {
      throw new IllegalArgumentException(remote.size() + " descriptors");
    }
    List<RemoteSlice> parts = new ArrayList<>(remote.size());
    long rest = lengthBytes;
    for (BufferDescriptorV1 descriptor : remote) {
      int bytes = (int) Math.min(rest, descriptor.lengthBytes());
      if (bytes > 0) {
        parts.add(new RemoteSlice(descriptor.offset(), new RemoteKey(descriptor.token()), bytes));
        rest -= bytes;
      }
    }
    if (rest > 0) {
      throw new IllegalArgumentException("the descriptors lack " + rest + " bytes");
    }
    return parts;
  }

  private void end(int number, Transfer transfer, Optional<IOException> failure) {
    if (transfers.remove(number, transfer)) {
      transfer.lease.endTransfer();
      failure.ifPresentOrElse(
          transfer.done::completeExceptionally, () -> transfer.done.complete(null));
    }
  }

  private int nextNumber() {
    return lastNumber.incrementAndGet() & WorkId.NUMBER_MASK;
  }

  /** A work request of a transfer succeeded; on the loop. */
  void onTransferred(int number) {
    Transfer transfer = transfers.get(number);
    if (transfer != null && transfer.outstanding.decrementAndGet() == 0) {
      end(number, transfer, Optional.empty());
    }
  }

  /** The peer invalidated a key of ours; on the loop. */
  void onInvalidated(int key) {
    Optional<RdmaLease.Rights> rights;
    synchronized (this) {
      rights = Optional.ofNullable(exposed.remove(key));
    }
    rights.ifPresent(RdmaLease.Rights::onRevoked);
  }

  /** A local invalidation succeeded; on the loop. */
  void onRevoked(int number) {
    Optional<RdmaLease.Rights> rights;
    synchronized (this) {
      rights = Optional.ofNullable(revoking.remove(number));
      rights.ifPresent(revoked -> exposed.remove(revoked.key()));
    }
    rights.ifPresent(RdmaLease.Rights::onRevoked);
  }

  /** Binds the buffer's window. False if the connection is gone. */
  boolean bind(
      RdmaLease.Rights rights,
      PlacementPool.Buffer buffer,
      int bytes,
      org.sealane.rdma.verbs.Access access) {
    synchronized (this) {
      if (gone) {
        return false;
      }
      try {
        var window = buffer.window(verbs);
        boolean bound =
            posts.bind(
                new WorkRequest.BindWindow(
                    connection.workId(WorkId.Kind.BIND, 0),
                    window,
                    buffer.slice().first(bytes),
                    Set.of(access)));
        if (bound) {
          rights.bound(window.key().value());
          exposed.put(rights.key(), rights);
        }
        return bound;
      } catch (IOException e) {
        connection.fail(e);
        return false;
      }
    }
  }

  /**
   * Posts the end of a window's rights. They are over at once if the peer has ended them; if the
   * connection is about to end, with its queue pair.
   */
  void invalidate(RdmaLease.Rights rights) {
    boolean over;
    synchronized (this) {
      over = !gone && !exposed.containsKey(rights.key());
      if (!gone && !over) {
        int number = nextNumber();
        revoking.put(number, rights);
        posts.post(
            new WorkRequest.LocalInvalidate(
                connection.workId(WorkId.Kind.INVALIDATE, number), new RemoteKey(rights.key())),
            Permit.ALWAYS);
      }
    }
    if (over) {
      rights.onRevoked();
    }
  }

  Verbs verbs() {
    return verbs;
  }

  PlacementPool pool() {
    return pool;
  }

  RdmaConnection connection() {
    return connection;
  }

  /** The peer can fetch a payload from now on, or no more. */
  void fetchable(RdmaLease.Rights rights, boolean on) {
    if (on) {
      fetchable.add(rights);
    } else {
      fetchable.remove(rights);
    }
  }

  /** False if the peer can still fetch what may not leave any more. */
  boolean mayStayExposed() {
    return fetchable.stream().allMatch(RdmaLease.Rights::isPermitted);
  }

  private synchronized boolean isGone() {
    return gone;
  }

  /**
   * Takes all rights away, before the queue pair is closed: a window that is still bound then could
   * not be bound again.
   */
  List<RdmaLease.Rights> dropRights() {
    synchronized (this) {
      gone = true;
      List<RdmaLease.Rights> dropped = new ArrayList<>(exposed.values());
      exposed.clear();
      revoking.clear();
      dropped.forEach(RdmaLease.Rights::dropWindow);
      return dropped;
    }
  }

  /** Ends all that waits; the queue pair is closed. */
  void end(List<RdmaLease.Rights> dropped, IOException cause) {
    dropped.forEach(RdmaLease.Rights::onRevoked);
    transfers.forEach((number, transfer) -> end(number, transfer, Optional.of(cause)));
    waiting.forEach(lease -> lease.completeExceptionally(cause));
  }
}
