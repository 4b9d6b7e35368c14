package org.sealane.smb.signing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * Signs and verifies the messages of one session at one end, [MS-SMB2] 3.1.4.1 and 3.1.5.1. A
 * message is one SMB2 header with its body; in a compounded chain each member is signed by itself,
 * from its header to its NextCommand, padding included.
 *
 * <p>Under AES-GMAC the nonce is the MessageId and the sender's role, so the caller must never sign
 * two different messages with one MessageId: no second CANCEL of a request, no retry with other
 * bytes. Interim responses, which carry the MessageId of the final one, are refused here.
 *
 * <p>Any thread may call any method; several threads sign at the same time.
 */
public abstract sealed class MessageSigner implements AutoCloseable
    permits HmacSigner, CmacSigner, GmacSigner {
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int STATUS_OFFSET = 8;
  private static final int FLAGS_OFFSET = 16;
  private static final int ASYNC_RESPONSE = HeaderFlags.SERVER_TO_REDIR | HeaderFlags.ASYNC_COMMAND;

  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * A signer for one end of a session.
   *
   * @param key Session.SigningKey, 16 bytes; owned by the signer from here on
   */
  public static MessageSigner of(SigningAlgorithm algorithm, SessionSecret key, Role role) {
    return switch (algorithm) {
      case HMAC_SHA256 -> new HmacSigner(key);
      case AES_CMAC -> new CmacSigner(key);
      case AES_GMAC -> new GmacSigner(key, role);
    };
  }

  /**
   * Sets the SIGNED flag and writes the Signature.
   *
   * @param message the message as the segments whose concatenation it is, heap or native, borrowed
   *     for the call; the first holds the whole header and is written to
   * @throws KeyUnavailableException if the session's keys are closed
   */
  public final void sign(List<MemorySegment> message) throws KeyUnavailableException {
    MemorySegment first = message.getFirst();
    if (first.byteSize() < Smb2Header.LENGTH) {
      throw new IllegalArgumentException("no whole header in the first segment");
    }
    if (isInterim(first)) {
      throw new IllegalArgumentException("an interim response is never signed");
    }
    int flags = first.get(U32, FLAGS_OFFSET) | HeaderFlags.SIGNED;
    first.set(U32, FLAGS_OFFSET, flags);
    first.asSlice(Smb2Header.SIGNATURE_OFFSET, Smb2Header.SIGNATURE_LENGTH).fill((byte) 0);
    byte[] signature = compute(new Signed(headerWithoutSignature(first), message));
    MemorySegment.copy(
        signature,
        0,
        first,
        ValueLayout.JAVA_BYTE,
        Smb2Header.SIGNATURE_OFFSET,
        Smb2Header.SIGNATURE_LENGTH);
    count(message);
  }

  /**
   * True if the message carries the SIGNED flag and the right Signature; compared in constant time.
   * Shorter than a header is false.
   *
   * @param message exactly one message, heap or native, only read
   * @throws KeyUnavailableException if the session's keys are closed
   */
  public final boolean verify(MemorySegment message) throws KeyUnavailableException {
    if (message.byteSize() < Smb2Header.LENGTH
        || (message.get(U32, FLAGS_OFFSET) & HeaderFlags.SIGNED) == 0) {
      return false;
    }
    byte[] signature =
        message
            .asSlice(Smb2Header.SIGNATURE_OFFSET, Smb2Header.SIGNATURE_LENGTH)
            .toArray(ValueLayout.JAVA_BYTE);
    List<MemorySegment> segments = List.of(message);
    boolean matches = matches(new Signed(headerWithoutSignature(message), segments), signature);
    if (matches) {
      count(segments);
    }
    return matches;
  }

  /**
   * What a signature covers.
   *
   * @param header a copy of the header with zeros for the Signature
   * @param message the whole message; its first {@link Smb2Header#LENGTH} bytes are not used
   */
  record Signed(byte[] header, List<MemorySegment> message) {

    /** Gives all covered bytes to {@code sink} in order. */
    void feed(byte[] scratch, HeapBytes.Sink sink) throws java.security.GeneralSecurityException {
      sink.accept(header, 0, header.length);
      HeapBytes.feed(message.getFirst().asSlice(Smb2Header.LENGTH), scratch, sink);
      for (MemorySegment segment : message.subList(1, message.size())) {
        HeapBytes.feed(segment, scratch, sink);
      }
    }
  }

  /** The 16-byte signature of our own message. */
  abstract byte[] compute(Signed signed) throws KeyUnavailableException;

  /** Whether {@code signature} is that of the peer's message, in constant time. */
  abstract boolean matches(Signed signed, byte[] signature) throws KeyUnavailableException;

  /** Refuses work from now on; the key is destroyed when no thread uses it. Idempotent. */
  @Override
  public abstract void close();

  private void count(List<MemorySegment> message) {
    messages.incrementAndGet();
    bytes.addAndGet(HeapBytes.lengthBytes(message));
  }

  private static boolean isInterim(MemorySegment header) {
    return (header.get(U32, FLAGS_OFFSET) & ASYNC_RESPONSE) == ASYNC_RESPONSE
        && header.get(U32, STATUS_OFFSET) == NtStatus.PENDING.code();
  }

  private static byte[] headerWithoutSignature(MemorySegment message) {
    byte[] header = message.asSlice(0, Smb2Header.LENGTH).toArray(ValueLayout.JAVA_BYTE);
    java.util.Arrays.fill(
        header,
        Smb2Header.SIGNATURE_OFFSET,
        Smb2Header.SIGNATURE_OFFSET + Smb2Header.SIGNATURE_LENGTH,
        (byte) 0);
    return header;
  }

  /** Messages signed, and messages verified as right, since the key was derived. */
  public final long messages() {
    return messages.get();
  }

  /** Bytes of those. */
  public final long bytes() {
    return bytes.get();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + messages + " messages]";
  }
}
