package org.sealane.rdma.software;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.CompletionStatus;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.RemoteSlice;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.WorkRequest;

/** Carries out one work request on the memory of both sides, with the errors that devices give. */
final class Transfers {
  private Transfers() {}

  /** Empty if the peer has no receive for it. */
  static Optional<CompletionStatus> execute(
      SoftwareVerbs verbs, SoftwareQueuePair.Remote peer, WorkRequest request) {
    return switch (request) {
      case WorkRequest.Send(long workId, Slice from) -> send(verbs, peer, from, Optional.empty());
      case WorkRequest.SendWithInvalidate(long workId, Slice from, RemoteKey key) ->
          send(verbs, peer, from, Optional.of(key));
      case WorkRequest.Read(long workId, Slice into, RemoteSlice from) ->
          Optional.of(read(verbs, peer, into, from));
      case WorkRequest.Write(long workId, Slice from, RemoteSlice into) ->
          Optional.of(write(verbs, peer, from, into));
      case WorkRequest.BindWindow bind -> throw new AssertionError("bound as it was posted");
      case WorkRequest.LocalInvalidate invalidate ->
          throw new AssertionError("not a request on the peer");
    };
  }

  /** The bytes of a slice, if it lies in an open region of this device. */
  static Optional<MemorySegment> local(SoftwareVerbs verbs, Slice slice) {
    return slice.region() instanceof SoftwareRegion region
            && region.verbs() == verbs
            && region.isOpen()
        ? Optional.of(slice.bytes())
        : Optional.empty();
  }

  static CompletionStatus bind(SoftwareVerbs verbs, int queuePair, WorkRequest.BindWindow bind) {
    if (!(bind.window() instanceof SoftwareWindow window)
        || window.verbs() != verbs
        || !window.isOpen()
        || local(verbs, bind.to()).isEmpty()
        || !bind.to().region().access().contains(Access.WINDOW_BIND)) {
      return CompletionStatus.MW_BIND_ERR;
    }
    SoftwareRegion region = (SoftwareRegion) bind.to().region();
    window.key(
        verbs
            .keys()
            .grant(
                window.entry(),
                new KeyTable.Target(
                    region.number(),
                    region.start() + bind.to().offsetBytes(),
                    bind.to().lengthBytes(),
                    bind.to().remoteAddress()),
                bind.access(),
                OptionalInt.of(queuePair)));
    return CompletionStatus.SUCCESS;
  }

  private static Optional<CompletionStatus> send(
      SoftwareVerbs verbs,
      SoftwareQueuePair.Remote peer,
      Slice from,
      Optional<RemoteKey> invalidated) {
    Optional<MemorySegment> source = local(verbs, from);
    if (source.isEmpty()) {
      return Optional.of(CompletionStatus.LOC_PROT_ERR);
    }
    Optional<QueuePairBlock.Receive> taken = peer.block().takeReceive();
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    QueuePairBlock.Receive receive = taken.get();
    CompletionStatus status = CompletionStatus.SUCCESS;
    QueuePairBlock.Arrival arrival;
    Optional<MemorySegment> target =
        receive.isWritable()
            ? part(peer.device(), receive.region(), receive.start(), receive.lengthBytes())
            : Optional.empty();
    if (target.isEmpty()) {
      arrival = QueuePairBlock.Arrival.failed(CompletionStatus.LOC_PROT_ERR);
      status = CompletionStatus.REM_OP_ERR;
    } else if (from.lengthBytes() > receive.lengthBytes()) {
      arrival = QueuePairBlock.Arrival.failed(CompletionStatus.LOC_LEN_ERR);
      status = CompletionStatus.REM_INV_REQ_ERR;
    } else if (invalidated.isPresent()
        && !peer.device().file().keys().invalidate(invalidated.get(), peer.number())) {
      // As devices do: the sender's request was acknowledged, the receiver's queue pair breaks.
      arrival = QueuePairBlock.Arrival.failed(CompletionStatus.REM_INV_REQ_ERR);
      peer.block().addArrival(arrival);
      peer.block().breakOff();
      peer.ring();
      return Optional.of(CompletionStatus.SUCCESS);
    } else {
      target.get().asSlice(0, from.lengthBytes()).copyFrom(source.get());
      arrival =
          new QueuePairBlock.Arrival(
              CompletionStatus.SUCCESS, from.lengthBytes(), invalidated.map(RemoteKey::value));
    }
    peer.block().addArrival(arrival);
    peer.ring();
    return Optional.of(status);
  }

  private static CompletionStatus read(
      SoftwareVerbs verbs, SoftwareQueuePair.Remote peer, Slice into, RemoteSlice from) {
    Optional<MemorySegment> target = local(verbs, into);
    if (target.isEmpty() || !into.region().access().contains(Access.LOCAL_WRITE)) {
      return CompletionStatus.LOC_PROT_ERR;
    }
    Optional<MemorySegment> source = remote(peer, from, Access.REMOTE_READ);
    if (source.isEmpty()) {
      return CompletionStatus.REM_ACCESS_ERR;
    }
    target.get().asSlice(0, from.lengthBytes()).copyFrom(source.get());
    return CompletionStatus.SUCCESS;
  }

  private static CompletionStatus write(
      SoftwareVerbs verbs, SoftwareQueuePair.Remote peer, Slice from, RemoteSlice into) {
    Optional<MemorySegment> source = local(verbs, from);
    if (source.isEmpty()) {
      return CompletionStatus.LOC_PROT_ERR;
    }
    Optional<MemorySegment> target =
        remote(
            peer,
            new RemoteSlice(into.address(), into.key(), from.lengthBytes()),
            Access.REMOTE_WRITE);
    if (target.isEmpty()) {
      return CompletionStatus.REM_ACCESS_ERR;
    }
    target.get().copyFrom(source.get());
    return CompletionStatus.SUCCESS;
  }

  private static Optional<MemorySegment> remote(
      SoftwareQueuePair.Remote peer, RemoteSlice slice, Access access) {
    return peer.device()
        .file()
        .keys()
        .lookUp(slice, access, peer.number())
        .flatMap(
            target -> part(peer.device(), target.region(), target.start(), target.lengthBytes()));
  }

  /** A part of a peer's region, if the region is that long. */
  private static Optional<MemorySegment> part(
      PeerDevice device, long region, long start, long lengthBytes) {
    return device
        .region(region)
        .filter(bytes -> start >= 0 && lengthBytes >= 0 && start <= bytes.byteSize() - lengthBytes)
        .map(bytes -> bytes.asSlice(start, lengthBytes));
  }
}
