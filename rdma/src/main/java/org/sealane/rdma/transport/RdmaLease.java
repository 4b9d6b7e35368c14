package org.sealane.rdma.transport;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.OutboundFrame.Permit;

/**
 * One lent placement buffer. Where the device has memory windows rights are a bound window; else a
 * registration of their own, which is a call into the kernel for each.
 */
final class RdmaLease implements DirectPlacement.Lease {
  private final RdmaPlacement placement;
  private final PlacementPool.Buffer buffer;
  private final int lengthBytes;
  private final MemorySegment bytes;

  // Guarded by this.
  private Optional<Rights> rights = Optional.empty();
  private int transfers;
  private boolean closed;

  RdmaLease(RdmaPlacement placement, PlacementPool.Buffer buffer, int lengthBytes) {
    this.placement = placement;
    this.buffer = buffer;
    this.lengthBytes = lengthBytes;
    this.bytes = buffer.slice().first(lengthBytes).bytes();
  }

  PlacementPool.Buffer buffer() {
    return buffer;
  }

  @Override
  public MemorySegment bytes() {
    return bytes;
  }

  synchronized void beginTransfer(RdmaPlacement by) {
    if (closed || by != placement) {
      throw new IllegalStateException("not a lease of this connection");
    }
    transfers++;
  }

  synchronized void endTransfer() {
    transfers--;
  }

  @Override
  public DirectPlacement.Exposure expose(
      DirectPlacement.Access access, int exposedBytes, Permit permit) {
    if (exposedBytes < 1 || exposedBytes > lengthBytes) {
      throw new IllegalArgumentException(
          exposedBytes + " bytes of a lease of " + lengthBytes + " can not be exposed");
    }
    Rights given;
    synchronized (this) {
      if (closed || rights.isPresent()) {
        throw new IllegalStateException("closed, or exposed already");
      }
      given = new Rights(permit);
      rights = Optional.of(given);
    }
    if (access == DirectPlacement.Access.REMOTE_READ) {
      placement.fetchable(given, true);
    }
    given.grant(
        switch (access) {
          case REMOTE_READ -> org.sealane.rdma.verbs.Access.REMOTE_READ;
          case REMOTE_WRITE -> org.sealane.rdma.verbs.Access.REMOTE_WRITE;
        },
        exposedBytes);
    return given;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed || rights.isPresent() || transfers > 0) {
        throw new IllegalStateException(
            "closed already, exposed, or in " + transfers + " transfers");
      }
      closed = true;
    }
    placement.pool().giveBack(buffer);
  }

  private synchronized void rightsEnded() {
    rights = Optional.empty();
  }

  /** Rights of the peer to this buffer, from their grant to their end. */
  final class Rights implements DirectPlacement.Exposure {
    private final CompletableFuture<Void> revoked = new CompletableFuture<>();
    private List<BufferDescriptorV1> descriptors = List.of();
    private Optional<MemoryRegion> registration = Optional.empty();
    private int key;
    private boolean ending;
    private boolean over;
    private final Permit permit;

    private Rights(Permit permit) {
      this.permit = permit;
    }

    boolean isPermitted() {
      return permit.isGranted();
    }

    private void grant(org.sealane.rdma.verbs.Access access, int exposedBytes) {
      boolean granted =
          placement.verbs().attributes().memoryWindows()
              ? placement.bind(this, buffer, exposedBytes, access)
              : register(access, exposedBytes);
      descriptors =
          List.of(new BufferDescriptorV1(buffer.slice().remoteAddress(), key, exposedBytes));
      if (!granted) {
        synchronized (this) {
          ending = true;
        }
        onRevoked();
      }
    }

    private boolean register(org.sealane.rdma.verbs.Access access, int exposedBytes) {
      try {
        MemoryRegion own =
            placement
                .verbs()
                .register(
                    buffer.slice().first(exposedBytes),
                    Set.of(org.sealane.rdma.verbs.Access.LOCAL_WRITE, access));
        registration = Optional.of(own);
        key = own.remoteKey().value();
        return true;
      } catch (VerbsException e) {
        placement.connection().fail(e);
        return false;
      }
    }

    int key() {
      return key;
    }

    void bound(int windowKey) {
      key = windowKey;
    }

    void dropWindow() {
      buffer.dropWindow();
    }

    /** The peer has no rights any more. */
    void onRevoked() {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
      }
      placement.fetchable(this, false);
      rightsEnded();
      revoked.complete(null);
    }

    @Override
    public List<BufferDescriptorV1> descriptors() {
      return descriptors;
    }

    @Override
    public CompletionStage<Void> revoke() {
      boolean first;
      synchronized (this) {
        first = !ending;
        ending = true;
      }
      if (first && !revoked.isDone()) {
        if (registration.isPresent()) {
          registration.get().close();
          onRevoked();
        } else {
          placement.invalidate(this);
        }
      }
      return revoked;
    }
  }
}
