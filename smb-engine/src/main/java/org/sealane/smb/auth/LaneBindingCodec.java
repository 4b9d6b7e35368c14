package org.sealane.smb.auth;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The one encoding of a {@link LaneBinding}: what an initiator's first token carries in clear and
 * what the exporter takes as its context. Every binding has exactly one encoding and every encoding
 * one binding, so keys are equal exactly if the bindings are.
 *
 * <p>Big-endian, in this order: version 1 (1 byte), cluster id (16), volume (16), kind (1; 1 CSV, 2
 * SBL), serial (8), client node (length 1, ASCII), server node (length 1, ASCII).
 */
final class LaneBindingCodec {
  static final int VERSION = 1;

  private static final int CLUSTER_ID_OFFSET = 1;
  private static final int VOLUME_OFFSET = 17;
  private static final int KIND_OFFSET = 33;
  private static final int SERIAL_OFFSET = 34;
  private static final int CLIENT_NODE_OFFSET = 42;

  /** Both names at their longest. */
  static final int LENGTH_MAX = CLIENT_NODE_OFFSET + 2 * (1 + LaneBinding.NODE_NAME_CHARS_MAX);

  private LaneBindingCodec() {}

  static byte[] encode(LaneBinding binding) {
    byte[] client = binding.clientNode().getBytes(StandardCharsets.US_ASCII);
    byte[] server = binding.serverNode().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out =
        ByteBuffer.allocate(CLIENT_NODE_OFFSET + 1 + client.length + 1 + server.length)
            .order(ByteOrder.BIG_ENDIAN);
    out.put((byte) VERSION);
    putUuid(out, binding.clusterId());
    putUuid(out, binding.volume());
    out.put(code(binding.kind()));
    out.putLong(binding.serial());
    out.put((byte) client.length).put(client);
    out.put((byte) server.length).put(server);
    return out.array();
  }

  /** Decodes a whole array; a byte too many is as wrong as one too few. */
  static LaneBinding decode(byte[] encoded) throws MalformedMessageException {
    if (encoded.length <= CLIENT_NODE_OFFSET || encoded.length > LENGTH_MAX) {
      throw new MalformedMessageException("binding length", 0, "43 to 170", encoded.length);
    }
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.BIG_ENDIAN);
    if (in.get(0) != VERSION) {
      throw new MalformedMessageException("binding version", 0, "1", in.get(0));
    }
    String client = name(in, CLIENT_NODE_OFFSET);
    int serverOffset = CLIENT_NODE_OFFSET + 1 + client.length();
    String server = name(in, serverOffset);
    int end = serverOffset + 1 + server.length();
    if (end != encoded.length) {
      throw new MalformedMessageException("binding end", end, "nothing", encoded.length - end);
    }
    return new LaneBinding(
        uuid(in, CLUSTER_ID_OFFSET),
        client,
        server,
        uuid(in, VOLUME_OFFSET),
        kind(in.get(KIND_OFFSET)),
        in.getLong(SERIAL_OFFSET));
  }

  private static String name(ByteBuffer in, int offset) throws MalformedMessageException {
    int length = offset < in.capacity() ? Byte.toUnsignedInt(in.get(offset)) : 0;
    if (length < 1 || length > in.capacity() - offset - 1) {
      throw new MalformedMessageException("node name length", offset, "within the token", length);
    }
    String name = new String(in.array(), offset + 1, length, StandardCharsets.US_ASCII);
    if (!LaneBinding.isNodeName(name)) {
      throw new MalformedMessageException("node name", offset, "a node's name", length);
    }
    return name;
  }

  private static byte code(LaneKind kind) {
    return switch (kind) {
      case CSV -> 1;
      case SBL -> 2;
    };
  }

  private static LaneKind kind(byte code) throws MalformedMessageException {
    return switch (code) {
      case 1 -> LaneKind.CSV;
      case 2 -> LaneKind.SBL;
      default -> throw new MalformedMessageException("lane kind", KIND_OFFSET, "1 or 2", code);
    };
  }

  private static void putUuid(ByteBuffer out, UUID uuid) {
    out.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
  }

  private static UUID uuid(ByteBuffer in, int offset) {
    return new UUID(in.getLong(offset), in.getLong(offset + 8));
  }
}
