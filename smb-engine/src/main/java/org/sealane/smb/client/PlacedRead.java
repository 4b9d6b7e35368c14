package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.TransformedPayload;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * A READ whose payload the server places, [MS-SMB2] 3.2.4.6 and 3.2.5.11. The server's rights end
 * before the buffer is looked at; what was encrypted is decrypted out of it into the caller's own
 * memory, so plaintext is never in it.
 *
 * <p>The specification checks a transform only if the response says that there is one. Here a
 * payload that came weaker than its request, than its response, or than its tree accepts is
 * refused, transform or not.
 */
final class PlacedRead {
  /** A level that rises under a READ has it done again; more often it is a fault of the server. */
  private static final int ATTEMPTS_MAX = 4;

  private static final int DATA_LENGTH_OFFSET = Smb2Header.LENGTH + 4;
  private static final int DATA_REMAINING_OFFSET = Smb2Header.LENGTH + 8;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 12;

  private final PlacedTransfer transfer;
  private final MemorySegment into;
  private final boolean first;
  private int attempts;

  /**
   * @param first whether the end of the file is a failure
   */
  PlacedRead(PlacedTransfer transfer, MemorySegment into, boolean first) {
    this.transfer = transfer;
    this.into = into;
    this.first = first;
  }

  void start() {
    attempts++;
    transfer.start(
        Command.READ,
        Math.toIntExact(into.byteSize()),
        buffer -> {
          Attempt attempt = new Attempt(buffer, attempts < ATTEMPTS_MAX);
          long count = into.byteSize();
          return new Request(
              RequestScope.of(tree()),
              Request.Content.placed(Command.READ, CreditCharge.of(0, count), count, attempt),
              attempt);
        });
  }

  private ClientTree tree() {
    return transfer.target().tree();
  }

  /** One request. */
  private final class Attempt implements Placed, ResponseHandler {
    private final PlacedBuffer buffer;
    private final boolean again;

    /** What its request travelled at, and so the weakest that its payload may have. */
    private volatile Level required = Level.ENCRYPT;

    Attempt(PlacedBuffer buffer, boolean again) {
      this.buffer = buffer;
      this.again = again;
    }

    @Override
    public Level levelFor(Level asked) {
      return tree().session().canPlaceAt(asked) ? asked : Level.ENCRYPT;
    }

    @Override
    public void encode(Level level, MessageWriter out) {
      required = level;
      PlacedTransfer.Target target = transfer.target();
      ReadRequestCodec.encode(
          ReadRequest.placed(
              target.fileId(),
              target.offset(),
              into.byteSize(),
              target.channel(),
              buffer.expose(Access.REMOTE_WRITE, OutboundFrame.Permit.ALWAYS)),
          out);
    }

    @Override
    public boolean expects(NtStatus status) {
      return status.equals(NtStatus.SUCCESS)
          || !first && status.equals(NtStatus.END_OF_FILE)
          || again && status.equals(NtStatus.RETRY);
    }

    @Override
    public void onResponse(Smb2Header header, MessageReader message, Level level)
        throws MalformedMessageException {
      if (header.status().equals(NtStatus.END_OF_FILE)) {
        transfer.operation().succeeded(0);
      } else if (header.status().equals(NtStatus.RETRY)) {
        buffer.onRevoked(PlacedRead.this::start);
      } else {
        ReadResponse response = ReadResponseCodec.decode(message);
        Optional<RdmaCryptoTransform> crypto = transformOf(message, response, level);
        int count = countOf(response);
        Level actual = levelOf(crypto);
        if (count > 0 && !isAccepted(actual, level)) {
          refuse(
              new Breach(new Breach.Kind.Weak(Command.READ, required, actual)),
              NtStatus.INVALID_NETWORK_RESPONSE);
          return;
        }
        buffer.onRevoked(() -> consume(crypto, count, actual));
      }
    }

    /** The checks of [MS-SMB2] 3.2.5.11 on what the response says of its transform. */
    private Optional<RdmaCryptoTransform> transformOf(
        MessageReader message, ReadResponse response, Level level)
        throws MalformedMessageException {
      if (response.flags() != ReadResponse.FLAG_RDMA_TRANSFORM) {
        if (response.dataLengthBytes() > 0) {
          throw new MalformedMessageException(
              "DataLength",
              DATA_LENGTH_OFFSET,
              "0 without a transform",
              response.dataLengthBytes());
        }
        return Optional.empty();
      }
      TransformedPayload said =
          TransformedPayloadCodec.decode(ReadResponseCodec.payload(message, response));
      RdmaCryptoTransform crypto = said.crypto();
      boolean negotiated = tree().session().canPlaceAt(levelOf(Optional.of(crypto)));
      boolean lengths =
          switch (crypto.type()) {
            case ENCRYPTION -> keys().payloadOpener().accepts(crypto);
            case SIGNING -> keys().signer().acceptsPayload(crypto);
          };
      // Only an encrypted message may vouch for what is encrypted, only a signed one for the rest.
      if (!negotiated || !lengths || levelOf(Optional.of(crypto)) != level) {
        throw new MalformedMessageException(
            "RDMA_CRYPTO_TRANSFORM",
            FLAGS_OFFSET,
            "what was negotiated, in a message of level " + level.word(),
            crypto.type().id());
      }
      return Optional.of(crypto);
    }

    private int countOf(ReadResponse response) throws MalformedMessageException {
      long count = response.dataRemaining();
      if (count > into.byteSize()) {
        throw new MalformedMessageException(
            "DataRemaining", DATA_REMAINING_OFFSET, "at most " + into.byteSize(), count);
      }
      return (int) count;
    }

    private boolean isAccepted(Level actual, Level message) {
      // Where a transform for the message's own level was agreed on, the payload must have it.
      Level asMessage = tree().session().canPlaceAt(message) ? message : Level.CLEAR;
      return actual.satisfies(required)
          && actual.satisfies(asMessage)
          && tree().gate().accepts(actual);
    }

    /** The server has no rights any more. */
    private void consume(Optional<RdmaCryptoTransform> crypto, int count, Level actual) {
      Operation<Integer> operation = transfer.operation();
      boolean verified;
      try {
        verified = count == 0 || take(crypto, count);
      } catch (KeyUnavailableException e) {
        operation.failed(new ClientException.ConnectionLost("the session has ended", true, e));
        return;
      } catch (RuntimeException e) {
        // The caller's memory is gone, or our own mistake: no reason to end the connection.
        operation.failed(e);
        return;
      }
      if (verified) {
        tree().receivedCounter().add(actual, count);
        operation.succeeded(count);
        return;
      }
      refuse(
          Breach.tampering("a placed payload does not fit its transform"),
          crypto.orElseThrow().type() == RdmaTransformId.ENCRYPTION
              ? NtStatus.AUTH_TAG_MISMATCH
              : NtStatus.INVALID_SIGNATURE);
    }

    /** Copies or decrypts into the caller's memory; false, with zeros there, if it is not right. */
    private boolean take(Optional<RdmaCryptoTransform> crypto, int count)
        throws KeyUnavailableException {
      MemorySegment placed = buffer.bytes().asSlice(0, count);
      MemorySegment target = into.asSlice(0, count);
      if (crypto.isEmpty()) {
        target.copyFrom(placed);
        return true;
      }
      return switch (crypto.get().type()) {
        case ENCRYPTION -> decrypt(crypto.get(), placed, target);
        case SIGNING -> {
          target.copyFrom(placed);
          boolean right = keys().signer().verifyPayload(crypto.get(), target);
          if (!right) {
            target.fill((byte) 0);
          }
          yield right;
        }
      };
    }

    private boolean decrypt(RdmaCryptoTransform crypto, MemorySegment placed, MemorySegment target)
        throws KeyUnavailableException {
      if (HeapBytes.backs(target)) {
        return keys().payloadOpener().open(crypto, placed, target);
      }
      FramePool pool = transfer.target().connection().pool();
      try (FramePool.Buffer plaintext = pool.borrow((int) target.byteSize())) {
        boolean right = keys().payloadOpener().open(crypto, placed, plaintext.segment());
        target.copyFrom(plaintext.segment());
        return right;
      }
    }

    private void refuse(Breach breach, NtStatus status) {
      transfer.operation().failed(new ClientException.Violation(status, breach.getMessage()));
      transfer.target().connection().onBreach(breach);
    }

    private SessionKeys keys() {
      return tree().session().keys();
    }

    @Override
    public void onFailure(ClientException failure) {
      transfer.operation().failed(failure);
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

  private static Level levelOf(Optional<RdmaCryptoTransform> crypto) {
    return crypto
        .map(transform ->
            switch (transform.type()) {
              case ENCRYPTION -> Level.ENCRYPT;
              case SIGNING -> Level.SIGN;
            })
        .orElse(Level.CLEAR);
  }
}
