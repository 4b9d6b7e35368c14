package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.OutboundFrame;

/**
 * One leased buffer on its way through one request: filled, exposed, revoked, read if the server
 * wrote to it, given back. Any thread may call; its own monitor guards its state and is never held
 * while calling out.
 */
final class PlacedBuffer {
  private final DirectPlacement.Lease lease;
  private final CompletableFuture<Void> returned = new CompletableFuture<>();
  private Optional<DirectPlacement.Exposure> exposure = Optional.empty();
  private Runnable consumer = () -> {};

  /** Its request is with the transport, or never will be. */
  private boolean settled;

  private boolean wanted;
  private boolean ending;

  PlacedBuffer(DirectPlacement.Lease lease) {
    this.lease = lease;
  }

  MemorySegment bytes() {
    return lease.bytes();
  }

  /** Gives the server rights; what it fetches may leave as {@code permit} says. */
  List<BufferDescriptorV1> expose(DirectPlacement.Access access, OutboundFrame.Permit permit) {
    DirectPlacement.Exposure exposed =
        lease.expose(access, Math.toIntExact(lease.bytes().byteSize()), permit);
    synchronized (this) {
      exposure = Optional.of(exposed);
    }
    return exposed.descriptors();
  }

  /** Ends the server's rights, if it has any. */
  CompletionStage<Void> revoke() {
    Optional<DirectPlacement.Exposure> exposed;
    synchronized (this) {
      exposed = exposure;
    }
    return exposed
        .map(DirectPlacement.Exposure::revoke)
        .orElseGet(() -> CompletableFuture.completedStage(null));
  }

  /** What is done with the content once rights have ended, before the buffer is given back. */
  synchronized void onRevoked(Runnable reader) {
    consumer = reader;
  }

  void posted() {
    boolean end;
    synchronized (this) {
      settled = true;
      end = wanted && !ending;
      ending |= end;
    }
    if (end) {
      end();
    }
  }

  CompletionStage<Void> withdraw() {
    boolean end;
    synchronized (this) {
      wanted = true;
      end = settled && !ending;
      ending |= end;
    }
    if (end) {
      end();
    }
    return returned.minimalCompletionStage();
  }

  void discard() {
    withdraw();
    posted();
  }

  private void end() {
    revoke()
        .whenComplete((_, _) -> {
          try {
            reader().run();
          } finally {
            lease.close();
            returned.complete(null);
          }
        });
  }

  private synchronized Runnable reader() {
    return consumer;
  }
}
