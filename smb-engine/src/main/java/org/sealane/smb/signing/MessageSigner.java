package org.sealane.smb.signing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.HeapBytes;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.RdmaTransformId;
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
    byte[] signature = compute(Signed.message(headerWithoutSignature(first), message));
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
    boolean matches = matches(Signed.message(headerWithoutSignature(message), segments), signature);
    if (matches) {
      count(segments);
    }
    return matches;
  }

  /**
   * Signs a payload that is to be placed by RDMA, [MS-SMB2] 3.2.4.7 and 3.3.5.12: the payload alone
   * is covered. Under AES-GMAC it takes a nonce of its own, from a counter, that no message and no
   * payload of the other role has.
   *
   * @param payload heap or native, at least one byte; borrowed for the call
   * @return what the peer needs to verify it; it must travel in a signed message
   * @throws KeyUnavailableException if the session's keys are closed or exhausted
   */
  public final RdmaCryptoTransform signPayload(MemorySegment payload)
      throws KeyUnavailableException {
    if (payload.byteSize() == 0) {
      throw new IllegalArgumentException("an empty payload is not placed");
    }
    byte[] nonce = nextPayloadNonce();
    byte[] signature = computePayload(nonce, Signed.payload(payload));
    count(List.of(payload));
    return new RdmaCryptoTransform(RdmaTransformId.SIGNING, signature, nonce);
  }

  /** True if signature and nonce are as long as the algorithm has them. */
  public final boolean acceptsPayload(RdmaCryptoTransform transform) {
    return transform.type() == RdmaTransformId.SIGNING
        && transform.signature().length == RdmaCryptoTransform.SIGNATURE_LENGTH
        && transform.nonce().length == payloadNonceLength();
  }

  /**
   * True if the transform is the right one for a payload that the peer signed; compared in constant
   * time. False too if {@link #acceptsPayload} is.
   *
   * @param payload where the peer can not change it any more; only read
   * @throws KeyUnavailableException if the session's keys are closed
   */
  public final boolean verifyPayload(RdmaCryptoTransform transform, MemorySegment payload)
      throws KeyUnavailableException {
    boolean matches =
        acceptsPayload(transform)
            && matchesPayload(transform.nonce(), Signed.payload(payload), transform.signature());
    if (matches) {
      count(List.of(payload));
    }
    return matches;
  }

  /**
   * What a signature covers.
   *
   * @param header a copy of the header with zeros for the Signature; empty for a payload
   * @param body what follows the header
   */
  record Signed(byte[] header, List<MemorySegment> body) {
    private static final byte[] NO_HEADER = new byte[0];

    static Signed message(byte[] header, List<MemorySegment> message) {
      List<MemorySegment> body = new ArrayList<>(message);
      body.set(0, message.getFirst().asSlice(Smb2Header.LENGTH));
      return new Signed(header, body);
    }

    static Signed payload(MemorySegment payload) {
      return new Signed(NO_HEADER, List.of(payload));
    }

    /** Gives all covered bytes to {@code sink} in order. */
    void feed(byte[] scratch, HeapBytes.Sink sink) throws java.security.GeneralSecurityException {
      sink.accept(header, 0, header.length);
      for (MemorySegment segment : body) {
        HeapBytes.feed(segment, scratch, sink);
      }
    }
  }

  /** Bytes of a payload's nonce; none unless the algorithm has one. */
  int payloadNonceLength() {
    return 0;
  }

  /** A nonce that nothing under the key has had. */
  byte[] nextPayloadNonce() throws KeyUnavailableException {
    return new byte[0];
  }

  /** The signature of our own payload. */
  byte[] computePayload(byte[] nonce, Signed signed) throws KeyUnavailableException {
    return compute(signed);
  }

  /** Whether {@code signature} is that of the peer's payload, in constant time. */
  boolean matchesPayload(byte[] nonce, Signed signed, byte[] signature)
      throws KeyUnavailableException {
    return matches(signed, signature);
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
