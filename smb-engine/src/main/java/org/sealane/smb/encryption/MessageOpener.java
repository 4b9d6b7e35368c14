package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.sealane.smb.encryption.RejectedMessageException.Reason;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;

/**
 * Verifies and decrypts the messages of one session in one direction, [MS-SMB2] 3.1.4.3,
 * 3.3.5.2.1.1 and 3.2.5.1.1.1. There is no way to decrypt without verifying.
 *
 * <p>The receiver of a frame first asks {@link #isSealed}, looks up the session that {@link
 * #sessionId} names, borrows {@link #plaintextLength} bytes, and then calls {@link #open} of that
 * session's opener. What the three say comes from the peer and is unverified until then.
 *
 * <p>Any thread may call any method; several threads open at the same time.
 */
public final class MessageOpener {
  private static final int PROTOCOL_ID_LENGTH = 4;

  private final Aead aead;
  private final long sessionId;
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  MessageOpener(Aead aead, long sessionId) {
    this.aead = aead;
    this.sessionId = sessionId;
  }

  /** True if the frame starts as an encrypted message does. */
  public static boolean isSealed(MemorySegment frame) {
    return startsSealed(frame);
  }

  /** The session that the header of a sealed frame names, to look up its keys. */
  public static long sessionId(MemorySegment frame) throws RejectedMessageException {
    return header(frame).sessionId();
  }

  /** Bytes that a sealed frame decrypts to: never more than the frame has. */
  public static long plaintextLength(MemorySegment frame) throws RejectedMessageException {
    return header(frame).originalMessageSize();
  }

  /**
   * Verifies and decrypts one sealed frame.
   *
   * @param frame the whole message from its ProtocolId, heap or native; its header is only read
   * @param spareTailBytes bytes behind the frame in the same array that may be overwritten, {@link
   *     org.sealane.smb.transport.InboundFrame#spareTailBytes}. With 16 or more, a heap frame is
   *     opened without a copy
   * @param destination a heap segment of exactly {@link #plaintextLength}, in another array than
   *     the frame; filled with zeros if the frame is refused
   * @return the plaintext, which is {@code destination}
   * @throws RejectedMessageException if any check fails: disconnect, tell the peer nothing
   * @throws KeyUnavailableException if the session's keys are closed
   */
  public VerifiedMessage open(MemorySegment frame, int spareTailBytes, MemorySegment destination)
      throws RejectedMessageException, KeyUnavailableException {
    TransformHeader header = header(frame);
    if (header.sessionId() != sessionId) {
      throw new RejectedMessageException(Reason.SESSION, "the header names another session");
    }
    if (destination.byteSize() != header.originalMessageSize()) {
      throw new IllegalArgumentException(
          "a message of %d bytes does not open into %d"
              .formatted(header.originalMessageSize(), destination.byteSize()));
    }
    if (HeapBytes.backs(frame)
        && HeapBytes.of(frame).array() == HeapBytes.of(destination).array()) {
      throw new IllegalArgumentException("frame and destination share an array");
    }
    boolean verified =
        aead.open(
            header.nonce(),
            associatedData(frame),
            frame.asSlice(TransformHeader.LENGTH),
            spareTailBytes,
            frame.asSlice(TransformHeader.SIGNATURE_OFFSET, TransformHeader.SIGNATURE_LENGTH),
            destination);
    if (!verified) {
      destination.fill((byte) 0);
      throw new RejectedMessageException(Reason.TAG, "the tag does not fit");
    }
    if (startsSealed(destination)) {
      destination.fill((byte) 0);
      throw new RejectedMessageException(Reason.NESTED, "encrypted twice");
    }
    messages.incrementAndGet();
    bytes.addAndGet(header.originalMessageSize());
    return new VerifiedMessage(destination, sessionId);
  }

  private static MemorySegment associatedData(MemorySegment frame) {
    MemorySegment covered =
        frame.asSlice(
            TransformHeader.ASSOCIATED_DATA_OFFSET, TransformHeader.ASSOCIATED_DATA_LENGTH);
    return HeapBytes.backs(covered)
        ? covered
        : MemorySegment.ofArray(covered.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
  }

  private static TransformHeader header(MemorySegment frame) throws RejectedMessageException {
    try {
      return TransformHeaderCodec.decode(new MessageReader(frame));
    } catch (MalformedMessageException e) {
      throw new RejectedMessageException(Reason.MALFORMED, e.getMessage());
    }
  }

  private static boolean startsSealed(MemorySegment message) {
    if (message.byteSize() < PROTOCOL_ID_LENGTH) {
      return false;
    }
    try {
      return new MessageReader(message).i32("ProtocolId", 0) == TransformHeader.PROTOCOL_ID;
    } catch (MalformedMessageException e) {
      throw new AssertionError("the length was checked", e);
    }
  }

  /** Messages opened since the key was derived. */
  public long messages() {
    return messages.get();
  }

  /** Plaintext bytes of those. */
  public long bytes() {
    return bytes.get();
  }

  @Override
  public String toString() {
    return "MessageOpener[session=0x%016x, %d messages]".formatted(sessionId, messages.get());
  }
}
