package org.sealane.smb.negotiate;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of the list of {@link NegotiateContext}s, [MS-SMB2] 2.2.3.1 and 2.2.4.1. */
final class NegotiateContextCodec {
  /** Contexts in one message at most; eight types are assigned. */
  static final int CONTEXTS_MAX = 64;

  private static final int ALIGNMENT = 8;

  /** Offsets in a context. */
  private static final int TYPE_OFFSET = 0;

  private static final int DATA_LENGTH_OFFSET = 2;
  private static final int DATA_OFFSET = 8;

  /** Offsets in the data of the context named. All lists are of 16-bit ids. */
  private static final int COUNT_OFFSET = 0;

  private static final int ID_LENGTH = 2;
  private static final int PREAUTH_SALT_LENGTH_OFFSET = 2;
  private static final int PREAUTH_IDS_OFFSET = 4;
  private static final int ENCRYPTION_IDS_OFFSET = 2;
  private static final int COMPRESSION_FLAGS_OFFSET = 4;
  private static final int COMPRESSION_IDS_OFFSET = 8;
  private static final int RDMA_TRANSFORM_IDS_OFFSET = 8;
  private static final int SIGNING_IDS_OFFSET = 2;

  private NegotiateContextCodec() {}

  /**
   * Reads {@code count} contexts from {@code offset} on.
   *
   * @param earliest where the message's variable part begins
   */
  static List<NegotiateContext> decode(MessageReader in, long offset, int count, long earliest)
      throws MalformedMessageException {
    if (count == 0) {
      return List.of();
    }
    if (count > CONTEXTS_MAX) {
      throw new MalformedMessageException(
          "NegotiateContextCount", offset, "at most " + CONTEXTS_MAX, count);
    }
    if (offset < earliest || offset % ALIGNMENT != 0) {
      throw new MalformedMessageException(
          "NegotiateContextOffset", offset, "a multiple of 8 from " + earliest, offset);
    }
    List<NegotiateContext> contexts = new ArrayList<>(count);
    long next = offset;
    for (int i = 0; i < count; i++) {
      long dataLength = in.u16("DataLength", next + DATA_LENGTH_OFFSET);
      in.require("Data", next + DATA_OFFSET, dataLength);
      contexts.add(decodeOne(in, next, dataLength));
      next += DATA_OFFSET + dataLength;
      next += Math.floorMod(-next, ALIGNMENT);
    }
    return contexts;
  }

  private static NegotiateContext decodeOne(MessageReader in, long offset, long dataLength)
      throws MalformedMessageException {
    int type = in.u16("ContextType", offset + TYPE_OFFSET);
    // A reader of the data alone: nothing in it can reach beyond its DataLength.
    MessageReader data = new MessageReader(in.slice("Data", offset + DATA_OFFSET, dataLength));
    return switch (type) {
      case NegotiateContext.PreauthIntegrity.TYPE -> decodePreauthIntegrity(data);
      case NegotiateContext.Encryption.TYPE ->
          new NegotiateContext.Encryption(ids(data, "Ciphers", ENCRYPTION_IDS_OFFSET));
      case NegotiateContext.Compression.TYPE ->
          new NegotiateContext.Compression(
              data.i32("Flags", COMPRESSION_FLAGS_OFFSET),
              ids(data, "CompressionAlgorithms", COMPRESSION_IDS_OFFSET));
      case NegotiateContext.Netname.TYPE ->
          new NegotiateContext.Netname(data.utf16("NetName", 0, data.length()));
      case NegotiateContext.Transport.TYPE -> new NegotiateContext.Transport(data.i32("Flags", 0));
      case NegotiateContext.RdmaTransform.TYPE ->
          new NegotiateContext.RdmaTransform(
              ids(data, "RDMATransformIds", RDMA_TRANSFORM_IDS_OFFSET));
      case NegotiateContext.Signing.TYPE ->
          new NegotiateContext.Signing(ids(data, "SigningAlgorithms", SIGNING_IDS_OFFSET));
      default -> new NegotiateContext.Unknown(type, data.bytes("Data", 0, data.length()));
    };
  }

  private static NegotiateContext decodePreauthIntegrity(MessageReader data)
      throws MalformedMessageException {
    List<Integer> hashAlgorithms = ids(data, "HashAlgorithms", PREAUTH_IDS_OFFSET);
    int saltLength = data.u16("SaltLength", PREAUTH_SALT_LENGTH_OFFSET);
    long saltOffset = PREAUTH_IDS_OFFSET + (long) hashAlgorithms.size() * ID_LENGTH;
    return new NegotiateContext.PreauthIntegrity(
        hashAlgorithms, data.bytes("Salt", saltOffset, saltLength));
  }

  private static List<Integer> ids(MessageReader data, String field, long offset)
      throws MalformedMessageException {
    int count = data.u16(field + " count", COUNT_OFFSET);
    data.require(field, offset, (long) count * ID_LENGTH);
    List<Integer> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(data.u16(field, offset + (long) i * ID_LENGTH));
    }
    return ids;
  }

  /**
   * Writes the contexts behind what {@code out} holds and returns the first one's offset. There
   * must be at least one; the last one is not padded.
   */
  static int encode(List<NegotiateContext> contexts, MessageWriter out) {
    int first = out.alignTo(ALIGNMENT);
    for (NegotiateContext context : contexts) {
      int offset = out.alignTo(ALIGNMENT);
      int data = offset + DATA_OFFSET;
      out.u16(offset + TYPE_OFFSET, context.type()).padTo(data);
      encodeData(context, data, out);
      out.u16(offset + DATA_LENGTH_OFFSET, out.length() - data);
    }
    return first;
  }

  private static void encodeData(NegotiateContext context, int data, MessageWriter out) {
    switch (context) {
      case NegotiateContext.PreauthIntegrity(List<Integer> hashAlgorithms, byte[] salt) -> {
        out.u16(data + PREAUTH_SALT_LENGTH_OFFSET, salt.length);
        int saltOffset = ids(hashAlgorithms, data, PREAUTH_IDS_OFFSET, out);
        out.bytes(saltOffset, salt);
      }
      case NegotiateContext.Encryption(List<Integer> ciphers) ->
          ids(ciphers, data, ENCRYPTION_IDS_OFFSET, out);
      case NegotiateContext.Compression(int flags, List<Integer> algorithms) -> {
        out.i32(data + COMPRESSION_FLAGS_OFFSET, flags);
        ids(algorithms, data, COMPRESSION_IDS_OFFSET, out);
      }
      case NegotiateContext.Netname(String name) -> out.utf16(data, name);
      case NegotiateContext.Transport(int flags) -> out.i32(data, flags);
      case NegotiateContext.RdmaTransform(List<Integer> transforms) ->
          ids(transforms, data, RDMA_TRANSFORM_IDS_OFFSET, out);
      case NegotiateContext.Signing(List<Integer> algorithms) ->
          ids(algorithms, data, SIGNING_IDS_OFFSET, out);
      case NegotiateContext.Unknown(int _, byte[] bytes) -> out.bytes(data, bytes);
    }
  }

  /** Writes count and ids; returns the offset behind the last id. */
  private static int ids(List<Integer> ids, int data, int idsOffset, MessageWriter out) {
    out.u16(data + COUNT_OFFSET, ids.size());
    int offset = data + idsOffset;
    out.padTo(offset);
    for (int id : ids) {
      out.u16(offset, id);
      offset += ID_LENGTH;
    }
    return offset;
  }
}
