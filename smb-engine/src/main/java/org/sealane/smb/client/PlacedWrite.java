package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.BufferDescriptorV1;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.io.WriteResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/**
 * A WRITE whose payload the server fetches, [MS-SMB2] 3.2.4.7. At {@code encrypt} the buffer never
 * holds plaintext: the payload is encrypted on its way into it, with a new nonce each time.
 */
final class PlacedWrite implements Placed, ResponseHandler {
  private final PlacedTransfer transfer;
  private final PlacedBuffer buffer;
  private final MemorySegment from;
  private final int flags;

  PlacedWrite(PlacedTransfer transfer, PlacedBuffer buffer, MemorySegment from, int flags) {
    this.transfer = transfer;
    this.buffer = buffer;
    this.from = from;
    this.flags = flags;
  }

  Request request() {
    long count = from.byteSize();
    return new Request(
        RequestScope.of(transfer.target().tree()),
        Request.Content.placed(Command.WRITE, CreditCharge.of(count, 0), count, this),
        this);
  }

  @Override
  public Level levelFor(Level required) {
    return transfer.target().tree().session().canPlaceAt(required) ? required : Level.ENCRYPT;
  }

  @Override
  public void encode(Level level, MessageWriter out) throws KeyUnavailableException {
    SessionKeys keys = transfer.target().tree().session().keys();
    WriteRequest request =
        switch (level) {
          case CLEAR -> {
            buffer.bytes().copyFrom(from);
            yield plain(expose(Level.CLEAR));
          }
          case SIGN -> {
            buffer.bytes().copyFrom(from);
            RdmaCryptoTransform crypto = keys.signer().signPayload(from);
            yield transformed(crypto, expose(Level.SIGN));
          }
          case ENCRYPT -> {
            RdmaCryptoTransform crypto = keys.payloadSealer().seal(from, buffer.bytes());
            yield transformed(crypto, expose(Level.ENCRYPT));
          }
        };
    WriteRequestCodec.encode(request, out);
  }

  private List<BufferDescriptorV1> expose(Level level) {
    TrafficGate gate = transfer.target().tree().gate();
    return buffer.expose(Access.REMOTE_READ, () -> gate.mayLeave(level));
  }

  private WriteRequest plain(List<BufferDescriptorV1> descriptors) {
    PlacedTransfer.Target target = transfer.target();
    return WriteRequest.placed(
        target.fileId(), target.offset(), from.byteSize(), flags, target.channel(), descriptors);
  }

  private WriteRequest transformed(
      RdmaCryptoTransform crypto, List<BufferDescriptorV1> descriptors) {
    PlacedTransfer.Target target = transfer.target();
    return WriteRequest.transformed(
        target.fileId(),
        target.offset(),
        from.byteSize(),
        flags,
        new TransformedPayload(target.channel(), crypto, descriptors));
  }

  @Override
  public void onResponse(Smb2Header header, MessageReader message, Level level)
      throws MalformedMessageException {
    long written = WriteResponseCodec.decode(message).countBytes();
    if (written != from.byteSize()) {
      throw new MalformedMessageException(
          "Count", Smb2Header.LENGTH + 4, Long.toString(from.byteSize()), written);
    }
    transfer.operation().succeeded((int) written);
  }

  @Override
  public void onFailure(ClientException failure) {
    transfer.operation().failed(failure);
  }

  @Override
  public void onPayloadReleased() {
    transfer.operation().payloadReleased();
  }

  @Override
  public CompletionStage<Void> revoke() {
    return buffer.revoke();
  }

  @Override
  public void posted() {
    buffer.posted();
  }

  @Override
  public CompletionStage<Void> withdraw() {
    return buffer.withdraw();
  }

  @Override
  public void discard() {
    buffer.discard();
  }
}
