package org.sealane.smb.wire;

/** Codec of {@link CancelRequest}, [MS-SMB2] 2.2.30. */
public final class CancelRequestCodec {
  private CancelRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static CancelRequest decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new CancelRequest();
  }

  /** Writes the body behind the header. */
  public static void encode(CancelRequest message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
