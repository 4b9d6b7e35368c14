package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.BufferDescriptorV1Codec;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteResponse;
import org.sealane.smb.io.WriteResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * READ and WRITE whose payload is placed by RDMA, [MS-SMB2] 3.3.5.12 and 3.3.5.13. The checks run
 * on the owner thread; a worker transfers, and waits for the device.
 *
 * <p>What must be encrypted is in registered memory only as ciphertext: it is encrypted before it
 * is placed, and decrypted out of the buffer it was fetched into. The specification lets a peer ask
 * for plaintext where encryption is required; here that is refused with STATUS_ACCESS_DENIED.
 */
final class PlacedCommands {
  private final ConnectionEnvironment environment;
  private final EventSink events;
  private final Supplier<Set<RdmaTransformId>> transforms;

  /**
   * @param transforms what NEGOTIATE settled
   */
  PlacedCommands(
      ConnectionEnvironment environment,
      EventSink events,
      Supplier<Set<RdmaTransformId>> transforms) {
    this.environment = environment;
    this.events = events;
    this.transforms = transforms;
  }

  /**
   * Where a WRITE's payload is, and how it is protected.
   *
   * @param crypto empty for plaintext
   * @param invalidates the token that the response is to invalidate
   */
  private record Source(
      Optional<RdmaCryptoTransform> crypto,
      List<BufferDescriptorV1> descriptors,
      OptionalInt invalidates) {

    Level level() {
      return crypto
          .map(transform ->
              switch (transform.type()) {
                case ENCRYPTION -> Level.ENCRYPT;
                case SIGNING -> Level.SIGN;
              })
          .orElse(Level.CLEAR);
    }
  }

  Step write(Call call, WriteRequest asked) throws MalformedMessageException, Refusal {
    DirectPlacement placement = placement(call);
    long count = asked.remainingBytes();
    if (count == 0) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    call.requirePayload(count, 0, bytesMax(placement));
    Source source =
        asked.channel() == Channel.RDMA_TRANSFORM
            ? transformed(call, asked)
            : plain(asked.channel(), asked.channelInfo());
    requireRoom(source.descriptors(), count);
    if (source.level() == Level.CLEAR) {
      requirePlaintextAllowed(call, environment.settings().sessionLevel());
    }
    Open open = DataCommands.openToWrite(call, asked.fileId());
    call.tree().received().add(source.level(), count);
    return new Step.Run(Operation.of(count, () -> write(call, open, placement, asked, source)));
  }

  private Outcome write(
      Call call, Open open, DirectPlacement placement, WriteRequest asked, Source source)
      throws ShareException {
    int count = (int) asked.remainingBytes();
    DirectPlacement.Lease lease = await(placement.lease(count));
    Optional<FramePool.Buffer> opened = Optional.empty();
    try {
      try {
        await(placement.read(source.descriptors(), lease, count));
        MemorySegment fetched = lease.bytes().asSlice(0, count);
        if (source.crypto().isEmpty()) {
          open.share().write(asked.offset(), fetched, asked.writeThrough());
        } else {
          opened = Optional.of(environment.pool().borrow(count));
          MemorySegment payload = opened.get().segment();
          if (!open(keys(call), source.crypto().get(), fetched, payload)) {
            return refused(source.crypto().get().type());
          }
        }
      } finally {
        lease.close();
      }
      if (opened.isPresent()) {
        open.share().write(asked.offset(), opened.get().segment(), asked.writeThrough());
      }
    } finally {
      opened.ifPresent(FramePool.Buffer::close);
    }
    WriteResponse response = new WriteResponse(count);
    return new Outcome.Answered(
        Response.success(out -> WriteResponseCodec.encode(response, out))
            .withPlaced(
                new Response.Placed(
                    Optional.empty(),
                    source.invalidates(),
                    CompletableFuture.completedStage(null))));
  }

  /** Verifies what was fetched, out of the peer's reach; [MS-SMB2] 3.3.5.13. */
  private static boolean open(
      SessionKeys keys, RdmaCryptoTransform crypto, MemorySegment fetched, MemorySegment payload)
      throws ShareException {
    try {
      return switch (crypto.type()) {
        case ENCRYPTION -> keys.payloadOpener().open(crypto, fetched, payload);
        case SIGNING -> keys.signer().verifyPayload(crypto, payload.copyFrom(fetched));
      };
    } catch (KeyUnavailableException e) {
      throw new ShareException(NtStatus.USER_SESSION_DELETED, e.getMessage());
    }
  }

  private static Outcome refused(RdmaTransformId type) {
    return switch (type) {
      case ENCRYPTION ->
          new Outcome.Suspected(
              "placed payload does not decrypt", Response.error(NtStatus.AUTH_TAG_MISMATCH));
      case SIGNING ->
          new Outcome.Suspected(
              "wrong signature of a placed payload", Response.error(NtStatus.INVALID_SIGNATURE));
    };
  }

  /** The checks of Channel 3; a transform that can not be read is refused by its codec. */
  private Source transformed(Call call, WriteRequest asked)
      throws MalformedMessageException, Refusal {
    if (transforms.get().isEmpty()) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    TransformedPayload payload = TransformedPayloadCodec.decode(asked.channelInfo());
    RdmaTransformId type = payload.crypto().type();
    // Nothing else binds the payload to the request than that the transform came in it, so it must
    // have come as well protected as the payload.
    Level required =
        switch (type) {
          case ENCRYPTION -> Level.ENCRYPT;
          case SIGNING -> Level.SIGN;
        };
    if (!transforms.get().contains(type) || call.request().level() != required) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    return new Source(
        Optional.of(payload.crypto()),
        payload.descriptors(),
        invalidated(payload.channel(), payload.descriptors()));
  }

  private static Source plain(Channel channel, MemorySegment channelInfo)
      throws MalformedMessageException {
    List<BufferDescriptorV1> descriptors =
        BufferDescriptorV1Codec.decode(new MessageReader(channelInfo), 0, channelInfo.byteSize());
    return new Source(Optional.empty(), descriptors, invalidated(channel, descriptors));
  }

  private static OptionalInt invalidated(Channel channel, List<BufferDescriptorV1> descriptors) {
    return channel == Channel.RDMA_V1_INVALIDATE && !descriptors.isEmpty()
        ? OptionalInt.of(descriptors.getFirst().token())
        : OptionalInt.empty();
  }

  Step read(Call call, ReadRequest asked) throws MalformedMessageException, Refusal {
    DirectPlacement placement = placement(call);
    if (asked.lengthBytes() == 0) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    call.requirePayload(asked.lengthBytes(), 0, bytesMax(placement));
    Source target = plain(asked.channel(), asked.channelInfo());
    requireRoom(target.descriptors(), asked.lengthBytes());
    requireReachable(call, levelNow(call));
    Open open = DataCommands.openToRead(call, asked.fileId());
    return new Step.Run(
        Operation.of(asked.lengthBytes(), () -> read(call, open, placement, asked, target)));
  }

  /**
   * The response is not held back until the payload is placed: the device carries it out behind the
   * RDMA WRITE, or not at all. Buffer and pass are kept until the device is done.
   */
  private Outcome read(
      Call call, Open open, DirectPlacement placement, ReadRequest asked, Source target)
      throws ShareException {
    DirectPlacement.Lease lease = await(placement.lease((int) asked.lengthBytes()));
    Optional<CompletionStage<Void>> placed = Optional.empty();
    Filled filled;
    try {
      filled = fill(call, open, asked, lease.bytes());
      placed =
          Optional.of(
              placement.write(
                  lease, target.descriptors(), filled.count(), permit(call, filled.level())));
    } finally {
      if (placed.isEmpty()) {
        lease.close();
      }
    }
    CompletionStage<Void> done = placed.get().whenComplete((_, _) -> lease.close());
    call.tree().sent().add(filled.level(), filled.count());
    return new Outcome.Answered(
        readResponse(filled.crypto(), filled.count())
            .atLeast(filled.level())
            .withPlaced(
                new Response.Placed(Optional.of(filled.level()), target.invalidates(), done)));
  }

  /** As for a response's frame: what is not sealed may have to stay when the lease has ended. */
  private static OutboundFrame.Permit permit(Call call, Level level) {
    TrafficGate gate = call.tree().gate();
    return level == Level.ENCRYPT ? OutboundFrame.Permit.ALWAYS : () -> gate.mayLeave(level);
  }

  /** What stands in registered memory, and how it is protected. */
  private record Filled(int count, Level level, Optional<RdmaCryptoTransform> crypto) {}

  /** Reads into registered memory, straight if the payload may travel as it is. */
  private Filled fill(Call call, Open open, ReadRequest asked, MemorySegment registered)
      throws ShareException {
    Optional<Integer> straight = Optional.empty();
    if (levelNow(call) == Level.CLEAR) {
      straight = Optional.of(DataCommands.readFully(open.share(), asked, registered));
      if (levelNow(call) == Level.CLEAR) {
        return new Filled(straight.get(), Level.CLEAR, Optional.empty());
      }
    }
    try (FramePool.Buffer buffer = environment.pool().borrow((int) asked.lengthBytes())) {
      int count =
          straight.isPresent()
              ? straight.get()
              : DataCommands.readFully(open.share(), asked, buffer.segment());
      MemorySegment payload = buffer.segment().asSlice(0, count);
      MemorySegment placed = registered.asSlice(0, count);
      if (straight.isPresent()) {
        payload.copyFrom(placed);
      }
      Level level;
      Optional<RdmaCryptoTransform> crypto;
      do {
        // Encrypting takes a while, in which a turn or an expired lease may ask for more.
        level = levelNow(call);
        crypto = protect(keys(call), level, payload, placed);
      } while (!level.satisfies(levelNow(call)));
      return new Filled(count, level, crypto);
    }
  }

  /** Puts the payload into registered memory as the level wants it. */
  private Optional<RdmaCryptoTransform> protect(
      SessionKeys keys, Level level, MemorySegment payload, MemorySegment registered)
      throws ShareException {
    requireNegotiated(level);
    try {
      return switch (level) {
        case CLEAR -> {
          registered.copyFrom(payload);
          yield Optional.empty();
        }
        case SIGN -> {
          registered.copyFrom(payload);
          yield Optional.of(keys.signer().signPayload(payload));
        }
        case ENCRYPT -> Optional.of(keys.payloadSealer().seal(payload, registered));
      };
    } catch (KeyUnavailableException e) {
      throw new ShareException(NtStatus.USER_SESSION_DELETED, e.getMessage());
    }
  }

  private void requireNegotiated(Level level) throws ShareException {
    if (!canPlaceAt(level)) {
      throw new ShareException(
          NtStatus.ACCESS_DENIED, "no RDMA transform was negotiated for level " + level.word());
    }
  }

  private static Response readResponse(Optional<RdmaCryptoTransform> crypto, int count) {
    if (crypto.isEmpty()) {
      return Response.success(out -> ReadResponseCodec.encode(ReadResponse.placed(count), out));
    }
    TransformedPayload said = TransformedPayload.placed(crypto.get());
    MessageWriter transform = new MessageWriter();
    TransformedPayloadCodec.encode(said, transform);
    return Response.success(out -> {
      ReadResponseCodec.encode(ReadResponse.transformed(transform.length(), count), out);
      out.bytes(ReadResponse.PAYLOAD_OFFSET, transform.written());
    });
  }

  /** The level at which a payload must be placed if that is done now. */
  private Level levelNow(Call call) {
    return Level.strongest(
        Level.strongest(call.request().level(), call.tree().gate().sendLevel()),
        environment.settings().sessionLevel());
  }

  /** A READ whose payload could only be placed weaker than it must be is refused. */
  private void requireReachable(Call call, Level level) throws Refusal {
    if (!canPlaceAt(level)) {
      throw refuseWeak(call);
    }
  }

  private boolean canPlaceAt(Level level) {
    return switch (level) {
      case CLEAR -> true;
      case SIGN -> transforms.get().contains(RdmaTransformId.SIGNING);
      case ENCRYPT -> transforms.get().contains(RdmaTransformId.ENCRYPTION);
    };
  }

  private void requirePlaintextAllowed(Call call, Level sessionLevel) throws Refusal {
    if (call.request().level() == Level.ENCRYPT
        || sessionLevel != Level.CLEAR
        || !call.tree().gate().accepts(Level.CLEAR)) {
      throw refuseWeak(call);
    }
  }

  private Refusal refuseWeak(Call call) {
    events.accept(
        new ServerEvent.WeakRequestRefused(
            environment.connectionId(),
            environment.peer(),
            call.session().security().orElseThrow().peer().name(),
            call.tree().grant().name(),
            Level.CLEAR));
    return new Refusal(NtStatus.ACCESS_DENIED);
  }

  /**
   * Channels 1 to 3 are for RDMA. In a compound the responses would leave at one level, though each
   * says what protects its own payload; no client is known to ask for it.
   */
  private DirectPlacement placement(Call call) throws Refusal {
    DirectPlacement placement =
        environment.placement().orElseThrow(() -> new Refusal(NtStatus.INVALID_PARAMETER));
    if (call.exchange().isCompound()) {
      throw new Refusal(NtStatus.NOT_SUPPORTED);
    }
    return placement;
  }

  private long bytesMax(DirectPlacement placement) {
    return Math.min(environment.limit(Limit.PAYLOAD_BYTES), placement.maxReadWriteBytes());
  }

  /** [MS-SMB2] 3.3.5.13: the first descriptor names something, and all together enough. */
  private static void requireRoom(List<BufferDescriptorV1> descriptors, long count) throws Refusal {
    long named = 0;
    for (BufferDescriptorV1 descriptor : descriptors) {
      named += descriptor.lengthBytes();
    }
    if (descriptors.isEmpty() || descriptors.getFirst().lengthBytes() == 0 || named < count) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
  }

  private static SessionKeys keys(Call call) {
    return call.exchange().security().orElseThrow().keys();
  }

  /** Waits, on a worker; the stage completes when the connection is gone at the latest. */
  private static <T> T await(CompletionStage<T> stage) throws ShareException {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new ShareException(NtStatus.CONNECTION_DISCONNECTED, "placement: " + e.getCause());
    }
  }
}
