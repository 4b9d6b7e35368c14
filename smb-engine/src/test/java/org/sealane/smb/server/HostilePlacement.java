package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.transport.MemoryFabric;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.wire.Command;

/**
 * The memory of a hostile peer, a source and a target of {@link #BYTES} each, and requests that
 * name it rightly, or not, as a script says.
 */
final class HostilePlacement implements AutoCloseable {
  private static final int BYTES = 8192;

  private final MemoryFabric fabric = new MemoryFabric();
  private final MemoryPlacement own = MemoryPlacement.of(fabric, _ -> {});
  private final List<MemoryPlacement> servers = new ArrayList<>();
  private final DirectPlacement.Lease source = own.lease(BYTES).join();
  private final DirectPlacement.Lease target = own.lease(BYTES).join();
  private final DirectPlacement.Exposure readable = source.expose(Access.REMOTE_READ, BYTES);
  private final DirectPlacement.Exposure writable = target.expose(Access.REMOTE_WRITE, BYTES);

  DirectPlacement forServer(Consumer<IOException> onError) {
    servers.add(new MemoryPlacement(fabric, 4 * BYTES, 16, true, BYTES, onError));
    return servers.getFirst();
  }

  PeerRequest read(PeerFiles files, FileId fileId, IntSupplier next) {
    ReadRequest request =
        ReadRequest.placed(
            fileId,
            next.getAsInt(),
            next.getAsInt() * 40L,
            channel(next, 2),
            descriptors(writable, next));
    return files
        .peer
        .request(Command.READ)
        .body(out -> ReadRequestCodec.encode(request, out))
        .level(files.level);
  }

  PeerRequest write(PeerFiles files, FileId fileId, IntSupplier next) {
    int count = next.getAsInt() * 40;
    int offset = next.getAsInt();
    Channel channel = channel(next, 3);
    List<BufferDescriptorV1> descriptors = descriptors(readable, next);
    WriteRequest request =
        channel == Channel.RDMA_TRANSFORM
            ? WriteRequest.transformed(
                fileId,
                offset,
                count,
                0,
                new TransformedPayload(channel(next, 2), crypto(files, count, next), descriptors))
            : WriteRequest.placed(fileId, offset, count, 0, channel, descriptors);
    return files
        .peer
        .request(Command.WRITE)
        .body(out -> WriteRequestCodec.encode(request, out))
        .level(files.level);
  }

  private static Channel channel(IntSupplier next, int highest) {
    return Channel.values()[1 + next.getAsInt() % highest];
  }

  /** What the server's memory says, and sometimes something else. */
  private static List<BufferDescriptorV1> descriptors(
      DirectPlacement.Exposure right, IntSupplier next) {
    BufferDescriptorV1 whole = right.descriptors().getFirst();
    return switch (next.getAsInt() % 16) {
      case 0 -> List.of(new BufferDescriptorV1(whole.offset(), next.getAsInt(), BYTES));
      case 1 -> List.of(new BufferDescriptorV1(whole.offset() - 1, whole.token(), BYTES));
      case 2 ->
          List.of(
              new BufferDescriptorV1(
                  whole.offset(), whole.token(), BufferDescriptorV1.LENGTH_BYTES_MAX));
      case 3 -> List.of(new BufferDescriptorV1(whole.offset(), whole.token(), 0), whole);
      case 4 -> List.of(whole, whole);
      default -> List.of(whole);
    };
  }

  /** A right transform of what is in the source now, or a wrong one. */
  private RdmaCryptoTransform crypto(PeerFiles files, int count, IntSupplier next) {
    RdmaTransformId type =
        files.level == Level.ENCRYPT ? RdmaTransformId.ENCRYPTION : RdmaTransformId.SIGNING;
    if (next.getAsInt() % 4 == 0 || files.peer.keys.isEmpty() || count == 0 || count > BYTES) {
      return new RdmaCryptoTransform(
          RdmaTransformId.values()[next.getAsInt() % 2],
          new byte[next.getAsInt() % 20],
          new byte[next.getAsInt() % 20]);
    }
    try {
      MemorySegment payload = source.bytes().asSlice(0, count);
      byte[] plaintext = payload.toArray(ValueLayout.JAVA_BYTE);
      var keys = files.peer.keys.get();
      return type == RdmaTransformId.ENCRYPTION
          ? keys.payloadSealer().seal(MemorySegment.ofArray(plaintext), payload)
          : keys.signer().signPayload(payload);
    } catch (KeyUnavailableException e) {
      throw new AssertionError(e);
    }
  }

  /** The server has given back every buffer. */
  @Override
  public void close() {
    assertThat(servers.getFirst().leasesOut()).as("buffers lent to the server").isZero();
    readable.revoke();
    writable.revoke();
    source.close();
    target.close();
  }
}
