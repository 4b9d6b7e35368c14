package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BiConsumer;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * One golden message and the codec that it belongs to.
 *
 * @param golden the hex file's name
 * @param optionalTailBytes bytes at the end that carry nothing and may be missing
 */
record Specimen<T>(
    String golden,
    Decoder<T> decoder,
    BiConsumer<T, MessageWriter> encoder,
    Payload<T> payload,
    int optionalTailBytes) {

  @FunctionalInterface
  interface Decoder<T> {
    T decode(MessageReader in) throws MalformedMessageException;
  }

  /** What follows the encoded part as a segment of its own. */
  @FunctionalInterface
  interface Payload<T> {
    MemorySegment of(MessageReader in, T message) throws MalformedMessageException;
  }

  static final List<Specimen<?>> ALL =
      List.of(
          of("create-request", CreateRequestCodec::decode, CreateRequestCodec::encode, 0),
          of("create-response", CreateResponseCodec::decode, CreateResponseCodec::encode, 0),
          of("close-request", CloseRequestCodec::decode, CloseRequestCodec::encode, 0),
          of("close-response", CloseResponseCodec::decode, CloseResponseCodec::encode, 0),
          of("close-response-plain", CloseResponseCodec::decode, CloseResponseCodec::encode, 0),
          of("flush-request", FlushRequestCodec::decode, FlushRequestCodec::encode, 0),
          of("flush-response", FlushResponseCodec::decode, FlushResponseCodec::encode, 0),
          of("read-request", ReadRequestCodec::decode, ReadRequestCodec::encode, 1),
          of("read-request-rdma", ReadRequestCodec::decode, ReadRequestCodec::encode, 0),
          new Specimen<>(
              "read-response",
              ReadResponseCodec::decode,
              ReadResponseCodec::encode,
              ReadResponseCodec::payload,
              0),
          new Specimen<>(
              "write-request",
              WriteRequestCodec::decode,
              WriteRequestCodec::encode,
              WriteRequestCodec::payload,
              0),
          of("write-request-rdma", WriteRequestCodec::decode, WriteRequestCodec::encode, 0),
          of("write-response", WriteResponseCodec::decode, WriteResponseCodec::encode, 0),
          of("ioctl-request", IoctlRequestCodec::decode, IoctlRequestCodec::encode, 0),
          of("ioctl-response", IoctlResponseCodec::decode, IoctlResponseCodec::encode, 0),
          of(
              "query-directory-request",
              QueryDirectoryRequestCodec::decode,
              QueryDirectoryRequestCodec::encode,
              0),
          of(
              "query-directory-response",
              QueryDirectoryResponseCodec::decode,
              QueryDirectoryResponseCodec::encode,
              0),
          of("query-info-request", QueryInfoRequestCodec::decode, QueryInfoRequestCodec::encode, 1),
          of(
              "query-info-response",
              QueryInfoResponseCodec::decode,
              QueryInfoResponseCodec::encode,
              0),
          of("set-info-request", SetInfoRequestCodec::decode, SetInfoRequestCodec::encode, 0),
          of("set-info-response", SetInfoResponseCodec::decode, SetInfoResponseCodec::encode, 0));

  private static <T> Specimen<T> of(
      String golden,
      Decoder<T> decoder,
      BiConsumer<T, MessageWriter> encoder,
      int optionalTailBytes) {
    return new Specimen<>(golden, decoder, encoder, (_, _) -> Payloads.EMPTY, optionalTailBytes);
  }

  /** Decodes the message and writes it again, header and payload included. */
  byte[] rewritten(byte[] message) throws MalformedMessageException {
    MessageReader in = GoldenMessage.reader(message);
    T decoded = decoder.decode(in);
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(Smb2HeaderCodec.decode(in), out);
    encoder.accept(decoded, out);
    out.bytes(out.length(), payload.of(in, decoded));
    return GoldenMessage.written(out);
  }

  @Override
  public String toString() {
    return golden;
  }
}
