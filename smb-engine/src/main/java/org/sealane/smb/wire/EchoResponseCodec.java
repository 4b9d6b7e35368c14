package org.sealane.smb.wire;

/** Codec of {@link EchoResponse}, [MS-SMB2] 2.2.29. */
public final class EchoResponseCodec {
  private EchoResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static EchoResponse decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new EchoResponse();
  }

  /** Writes the body behind the header. */
  public static void encode(EchoResponse message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
