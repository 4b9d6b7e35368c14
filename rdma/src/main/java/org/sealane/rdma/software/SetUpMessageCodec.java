package org.sealane.rdma.software;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.sealane.rdma.verbs.ConnectParameters;

/**
 * Codec of {@link SetUpMessage}: a 16-bit length of what follows, a byte for the kind, the fields.
 * Big-endian. Both ends are of this software and of one host; a version is in the device file.
 */
final class SetUpMessageCodec {
  private static final byte HELLO = 1;
  private static final byte ACCEPTED = 2;
  private static final byte REJECTED = 3;
  private static final byte ESTABLISHED = 4;
  private static final byte DISCONNECTED = 5;
  private static final int TEXT_BYTES_MAX = 64;

  private SetUpMessageCodec() {}

  /** Bytes that are no such message. */
  static final class MalformedSetUpException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedSetUpException(String message) {
      super(message, null, false, false);
    }
  }

  static ByteBuffer encode(SetUpMessage message) {
    ByteBuffer out = ByteBuffer.allocate(SetUpMessage.BYTES_MAX);
    out.putShort((short) 0);
    switch (message) {
      case SetUpMessage.Hello(var endpoint, var host, var port, var offer) -> {
        out.put(HELLO);
        put(out, endpoint);
        put(out, host.getBytes(StandardCharsets.US_ASCII));
        out.putInt(port);
        put(out, offer);
      }
      case SetUpMessage.Accepted(var endpoint, var answer) -> {
        out.put(ACCEPTED);
        put(out, endpoint);
        put(out, answer);
      }
      case SetUpMessage.Rejected() -> out.put(REJECTED);
      case SetUpMessage.Established() -> out.put(ESTABLISHED);
      case SetUpMessage.Disconnected() -> out.put(DISCONNECTED);
    }
    out.putShort(0, (short) (out.position() - Short.BYTES));
    return out.flip();
  }

  /** Takes the next message out of {@code in}, or nothing if it is not all there yet. */
  static Optional<SetUpMessage> decode(ByteBuffer in) throws MalformedSetUpException {
    if (in.remaining() < Short.BYTES) {
      return Optional.empty();
    }
    int length = Short.toUnsignedInt(in.getShort(in.position()));
    if (length < 1 || length > SetUpMessage.BYTES_MAX - Short.BYTES) {
      throw new MalformedSetUpException("a message of " + length + " bytes");
    }
    if (in.remaining() < Short.BYTES + length) {
      return Optional.empty();
    }
    ByteBuffer message = in.slice(in.position() + Short.BYTES, length);
    in.position(in.position() + Short.BYTES + length);
    byte kind = message.get();
    SetUpMessage decoded =
        switch (kind) {
          case HELLO ->
              new SetUpMessage.Hello(
                  endpoint(message), text(message), port(message), parameters(message));
          case ACCEPTED -> new SetUpMessage.Accepted(endpoint(message), parameters(message));
          case REJECTED -> new SetUpMessage.Rejected();
          case ESTABLISHED -> new SetUpMessage.Established();
          case DISCONNECTED -> new SetUpMessage.Disconnected();
          default -> throw new MalformedSetUpException("a message of kind " + kind);
        };
    if (message.hasRemaining()) {
      throw new MalformedSetUpException(message.remaining() + " bytes behind a message");
    }
    return Optional.of(decoded);
  }

  private static void put(ByteBuffer out, SetUpMessage.Endpoint endpoint) {
    put(out, endpoint.instance().getBytes(StandardCharsets.US_ASCII));
    out.putInt(endpoint.queuePair());
    out.putInt(endpoint.completionQueue());
    out.putInt(endpoint.slot());
    out.putInt(endpoint.receiveDepth());
  }

  private static SetUpMessage.Endpoint endpoint(ByteBuffer in) throws MalformedSetUpException {
    return new SetUpMessage.Endpoint(
        text(in),
        integer(in, 1, Integer.MAX_VALUE),
        integer(in, 0, SoftwareSettings.COMPLETION_QUEUES_MAX - 1),
        integer(in, 0, Doorbells.SLOTS_MAX - 1),
        integer(in, 1, SoftwareSettings.QUEUE_DEPTH_MAX));
  }

  private static void put(ByteBuffer out, ConnectParameters parameters) {
    put(out, parameters.privateData());
    out.putInt(parameters.responderResources());
    out.putInt(parameters.initiatorDepth());
  }

  private static ConnectParameters parameters(ByteBuffer in) throws MalformedSetUpException {
    byte[] privateData = bytes(in, ConnectParameters.PRIVATE_DATA_BYTES_MAX);
    return new ConnectParameters(privateData, integer(in, 0, 255), integer(in, 0, 255));
  }

  private static void put(ByteBuffer out, byte[] bytes) {
    out.putShort((short) bytes.length).put(bytes);
  }

  private static String text(ByteBuffer in) throws MalformedSetUpException {
    return new String(bytes(in, TEXT_BYTES_MAX), StandardCharsets.US_ASCII);
  }

  private static int port(ByteBuffer in) throws MalformedSetUpException {
    return integer(in, 0, 0xFFFF);
  }

  private static byte[] bytes(ByteBuffer in, int max) throws MalformedSetUpException {
    require(in, Short.BYTES);
    int length = Short.toUnsignedInt(in.getShort());
    if (length > max) {
      throw new MalformedSetUpException("a field of " + length + " bytes");
    }
    require(in, length);
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static int integer(ByteBuffer in, int min, int max) throws MalformedSetUpException {
    require(in, Integer.BYTES);
    int value = in.getInt();
    if (value < min || value > max) {
      throw new MalformedSetUpException(value + " is not " + min + " to " + max);
    }
    return value;
  }

  private static void require(ByteBuffer in, int bytes) throws MalformedSetUpException {
    if (in.remaining() < bytes) {
      throw new MalformedSetUpException("a message that ends within a field");
    }
  }
}
