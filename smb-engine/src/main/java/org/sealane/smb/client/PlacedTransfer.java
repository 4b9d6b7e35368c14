package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.FileId;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.wire.Command;

/**
 * Starts a READ or WRITE whose payload is placed: waits for a buffer, then submits the request.
 * Cancelling the operation gives up whichever of the two it is at.
 */
final class PlacedTransfer {
  /**
   * A payload up to here travels in its message, a longer one is placed: below it, giving rights
   * and taking them away costs more than a copy. Windows has the same, [MS-SMB2] product behaviour
   * of 3.2.4.6.
   */
  static final int INLINE_BYTES_MAX = 4 << 10;

  /** What a transfer is about. */
  record Target(ClientTree tree, DirectPlacement placement, FileId fileId, long offset) {
    Channel channel() {
      return placement.remoteInvalidation() ? Channel.RDMA_V1_INVALIDATE : Channel.RDMA_V1;
    }

    ClientConnection connection() {
      return tree.session().connection();
    }
  }

  private final Target target;
  private final Operation<Integer> operation;
  private final AtomicReference<Runnable> cancel = new AtomicReference<>(() -> {});
  private volatile boolean cancelled;

  private PlacedTransfer(Target target, Operation<Integer> operation) {
    this.target = target;
    this.operation = operation;
    operation.onCancel(() -> {
      cancelled = true;
      cancel.get().run();
    });
  }

  /** Where a payload of that length is to be placed; empty if it is to travel in its message. */
  static Optional<DirectPlacement> forLength(ClientTree tree, long lengthBytes) {
    return lengthBytes > INLINE_BYTES_MAX ? tree.session().placement() : Optional.empty();
  }

  /** Reads into all of {@code into}; gives how many bytes. */
  static Operation<Integer> read(Target target, MemorySegment into, boolean first) {
    Operation<Integer> operation = Operation.plain();
    PlacedTransfer transfer = new PlacedTransfer(target, operation);
    new PlacedRead(transfer, into, first).start();
    return operation;
  }

  /** Writes all of {@code from}; gives how many bytes. */
  static Operation<Integer> write(Target target, MemorySegment from, int flags) {
    Operation<Integer> operation = Operation.withPayload();
    PlacedTransfer transfer = new PlacedTransfer(target, operation);
    transfer.start(
        Command.WRITE,
        Math.toIntExact(from.byteSize()),
        buffer -> new PlacedWrite(transfer, buffer, from, flags).request());
    return operation;
  }

  Target target() {
    return target;
  }

  Operation<Integer> operation() {
    return operation;
  }

  /** Leases a buffer and submits the request that is made of it. */
  void start(Command command, int lengthBytes, Function<PlacedBuffer, Request> maker) {
    CompletableFuture<DirectPlacement.Lease> lease = target.placement().lease(lengthBytes);
    onCancel(() -> lease.cancel(false));
    lease.whenComplete((leased, failure) -> {
      if (failure != null) {
        if (operation.hasPayload()) {
          operation.payloadReleased();
        }
        operation.failed(failureOf(command, failure));
        return;
      }
      Request request = maker.apply(new PlacedBuffer(leased));
      onCancel(() -> target.connection().cancel(request));
      target.connection().submit(request);
    });
  }

  /** A cancellation that came before is not lost. */
  private void onCancel(Runnable action) {
    cancel.set(action);
    if (cancelled) {
      action.run();
    }
  }

  private static ClientException failureOf(Command command, Throwable failure) {
    return switch (failure) {
      case CancellationException _ -> new ClientException.Cancelled(command);
      case CompletionException e when e.getCause() != null -> failureOf(command, e.getCause());
      default -> new ClientException.ConnectionLost(failure.getMessage(), false, failure);
    };
  }
}
