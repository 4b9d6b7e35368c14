package org.sealane.smb.transport;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.sealane.smb.io.BufferDescriptorV1;

/**
 * One end's {@link DirectPlacement} over a {@link MemoryFabric}. It does at once what it is asked
 * to, unless a test holds it; breaches of the contract throw. Any thread may call.
 */
public final class MemoryPlacement implements DirectPlacement {
  /** The address that peers see for the first byte of an exposed buffer. */
  static final long BASE_ADDRESS = 0x7F00_0000_0000L;

  private record Waiting(int lengthBytes, CompletableFuture<Lease> lease) {}

  private final MemoryFabric fabric;
  private final int maxReadWriteBytes;
  private final int leasesMax;
  private final boolean remoteInvalidation;
  private final int partBytes;
  private final Consumer<IOException> onError;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final List<Runnable> held = new ArrayList<>();
  private final List<MemoryExposure> exposed = new ArrayList<>();
  private boolean holding;
  private boolean gone;
  private int leasesOut;

  /**
   * @param leasesMax buffers lent at a time; more wait
   * @param partBytes a buffer is exposed by descriptors of so many bytes each
   * @param onError told of a work request that failed: the connection is to end
   */
  public MemoryPlacement(
      MemoryFabric fabric,
      int maxReadWriteBytes,
      int leasesMax,
      boolean remoteInvalidation,
      int partBytes,
      Consumer<IOException> onError) {
    this.fabric = fabric;
    this.maxReadWriteBytes = maxReadWriteBytes;
    this.leasesMax = leasesMax;
    this.remoteInvalidation = remoteInvalidation;
    this.partBytes = partBytes;
    this.onError = onError;
  }

  /** One of 8 MiB, 16 buffers, with remote invalidation. */
  public static MemoryPlacement of(MemoryFabric fabric, Consumer<IOException> onError) {
    return new MemoryPlacement(fabric, 8 << 20, 16, true, 8 << 20, onError);
  }

  @Override
  public int maxReadWriteBytes() {
    return maxReadWriteBytes;
  }

  @Override
  public boolean remoteInvalidation() {
    return remoteInvalidation;
  }

  /** From now on revocations and transfers are not done until {@link #releaseHeld}. */
  public synchronized void hold() {
    holding = true;
  }

  /** Whether anything was asked for that is not done. */
  public synchronized boolean isHeld() {
    return !held.isEmpty();
  }

  /** Does what was held, and holds no more. */
  public void releaseHeld() {
    List<Runnable> tasks;
    synchronized (this) {
      holding = false;
      tasks = List.copyOf(held);
      held.clear();
    }
    tasks.forEach(Runnable::run);
  }

  /** Buffers lent now. */
  public synchronized int leasesOut() {
    return leasesOut;
  }

  /** Requests for buffers that wait. */
  public synchronized int leasesWaiting() {
    return waiting.size();
  }

  /** The connection is gone: all rights end, everything completes. */
  public void connectionGone() {
    List<MemoryExposure> ended;
    List<Waiting> given;
    synchronized (this) {
      gone = true;
      ended = List.copyOf(exposed);
      given = List.copyOf(waiting);
      waiting.clear();
    }
    ended.forEach(MemoryExposure::end);
    releaseHeld();
    given.forEach(wait -> wait.lease().completeExceptionally(lost()));
  }

  private static IOException lost() {
    return new IOException("the connection is gone");
  }

  private void later(Runnable task) {
    synchronized (this) {
      if (holding && !gone) {
        held.add(task);
        return;
      }
    }
    task.run();
  }

  @Override
  public CompletableFuture<Lease> lease(int lengthBytes) {
    if (lengthBytes < 1 || lengthBytes > maxReadWriteBytes) {
      throw new IllegalArgumentException("no lease has " + lengthBytes + " bytes");
    }
    CompletableFuture<Lease> lease = new CompletableFuture<>();
    synchronized (this) {
      if (gone) {
        return CompletableFuture.failedFuture(lost());
      }
      if (leasesOut >= leasesMax) {
        waiting.add(new Waiting(lengthBytes, lease));
        return lease;
      }
      leasesOut++;
    }
    lease.complete(new MemoryLease(lengthBytes));
    return lease;
  }

  private void returned() {
    Waiting next;
    synchronized (this) {
      waiting.removeIf(wait -> wait.lease().isCancelled());
      next = waiting.poll();
      if (next == null) {
        leasesOut--;
        return;
      }
    }
    MemoryLease lease = new MemoryLease(next.lengthBytes());
    if (!next.lease().complete(lease)) {
      lease.close();
    }
  }

  @Override
  public CompletionStage<Void> read(List<BufferDescriptorV1> from, Lease into, int lengthBytes) {
    return transfer(Access.REMOTE_READ, from, into, lengthBytes);
  }

  @Override
  public CompletionStage<Void> write(
      Lease from, List<BufferDescriptorV1> into, int lengthBytes, OutboundFrame.Permit permit) {
    if (!permit.isGranted()) {
      onError.accept(lost());
      return CompletableFuture.failedStage(lost());
    }
    return transfer(Access.REMOTE_WRITE, into, from, lengthBytes);
  }

  private CompletionStage<Void> transfer(
      Access access, List<BufferDescriptorV1> remote, Lease local, int lengthBytes) {
    long named = remote.stream().mapToLong(BufferDescriptorV1::lengthBytes).sum();
    if (lengthBytes < 1
        || lengthBytes > local.bytes().byteSize()
        || named < lengthBytes
        || remote.size() > BufferDescriptorV1.COUNT_MAX) {
      throw new IllegalArgumentException("a transfer that does not fit");
    }
    MemoryLease lease = (MemoryLease) local;
    lease.begin();
    CompletableFuture<Void> done = new CompletableFuture<>();
    later(() -> {
      try {
        if (isGone()) {
          throw lost();
        }
        fabric.transfer(access, remote, lease.memory, lengthBytes);
        lease.finished();
        done.complete(null);
      } catch (IOException e) {
        lease.finished();
        done.completeExceptionally(e);
        onError.accept(e);
      }
    });
    return done;
  }

  private synchronized boolean isGone() {
    return gone;
  }

  private final class MemoryLease implements Lease {
    private final MemorySegment memory;
    private boolean open = true;
    private boolean busy;
    private MemoryExposure current;

    MemoryLease(int lengthBytes) {
      memory = Arena.ofAuto().allocate(lengthBytes);
      // As a pool would leave it.
      memory.fill((byte) 0xEE);
    }

    @Override
    public synchronized MemorySegment bytes() {
      if (!open) {
        throw new IllegalStateException("the buffer was given back");
      }
      return memory;
    }

    synchronized void begin() {
      if (busy || current != null) {
        throw new IllegalStateException("in another transfer, or exposed");
      }
      busy = true;
    }

    synchronized void finished() {
      busy = false;
    }

    synchronized void unexposed() {
      current = null;
    }

    @Override
    public synchronized Exposure expose(
        Access access, int lengthBytes, OutboundFrame.Permit permit) {
      if (!open || busy || current != null) {
        throw new IllegalStateException("closed, in a transfer, or exposed already");
      }
      MemoryExposure exposure = new MemoryExposure(this, access, memory.asSlice(0, lengthBytes));
      if (!isGone()) {
        current = exposure;
        exposure.begin();
      }
      return exposure;
    }

    @Override
    public void close() {
      synchronized (this) {
        if (!open || busy || current != null) {
          throw new IllegalStateException("closed, in a transfer, or exposed");
        }
        open = false;
      }
      returned();
    }
  }

  /** Rights by one token. */
  public final class MemoryExposure implements Exposure {
    private final MemoryLease lease;
    private final Access access;
    private final MemorySegment memory;
    private final CompletableFuture<Void> revoked = new CompletableFuture<>();
    private int token;

    private MemoryExposure(MemoryLease lease, Access access, MemorySegment memory) {
      this.lease = lease;
      this.access = access;
      this.memory = memory;
    }

    private void begin() {
      token = fabric.expose(this);
      synchronized (MemoryPlacement.this) {
        exposed.add(this);
      }
    }

    Access access() {
      return access;
    }

    MemorySegment memory() {
      return memory;
    }

    @Override
    public List<BufferDescriptorV1> descriptors() {
      List<BufferDescriptorV1> parts = new ArrayList<>();
      for (long at = 0; at < memory.byteSize(); at += partBytes) {
        parts.add(
            new BufferDescriptorV1(
                BASE_ADDRESS + at, token, Math.min(partBytes, memory.byteSize() - at)));
      }
      return parts;
    }

    @Override
    public CompletionStage<Void> revoke() {
      if (!fabric.isExposed(token)) {
        end();
      } else {
        later(this::end);
      }
      return revoked.minimalCompletionStage();
    }

    private void end() {
      fabric.revoke(token);
      synchronized (MemoryPlacement.this) {
        exposed.remove(this);
      }
      if (!revoked.isDone()) {
        lease.unexposed();
        revoked.complete(null);
      }
    }
  }
}
