package org.sealane.smb.wire;

/** Codec of {@link EchoRequest}, [MS-SMB2] 2.2.28. */
public final class EchoRequestCodec {
  private EchoRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static EchoRequest decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new EchoRequest();
  }

  /** Writes the body behind the header. */
  public static void encode(EchoRequest message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
