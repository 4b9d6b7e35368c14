package org.sealane.smb.wire;

import java.lang.foreign.MemorySegment;

/** The two halves of one message's codec, for {@link CodecContract} and {@link CodecFuzz}. */
public record TestedCodec<T>(Decoder<T> decoder, Encoder<T> encoder) {
  /** {@code XCodec::decode}. */
  @FunctionalInterface
  public interface Decoder<T> {
    T decode(MessageReader in) throws MalformedMessageException;
  }

  /** {@code XCodec::encode}. */
  @FunctionalInterface
  public interface Encoder<T> {
    void encode(T message, MessageWriter out);
  }

  /** Decodes a whole message, header included. */
  public T decode(byte[] message) throws MalformedMessageException {
    return decoder.decode(new MessageReader(MemorySegment.ofArray(message)));
  }

  /** The message behind a header of zeros. */
  public byte[] encode(T message) {
    MessageWriter out = new MessageWriter();
    out.padTo(Smb2Header.LENGTH);
    encoder.encode(message, out);
    return Bytes.of(out.written());
  }

  /** The message behind {@code header}. */
  public byte[] encode(Smb2Header header, T message) {
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(header, out);
    encoder.encode(message, out);
    return Bytes.of(out.written());
  }
}
