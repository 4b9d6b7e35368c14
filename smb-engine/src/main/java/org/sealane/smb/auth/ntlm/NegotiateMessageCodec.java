package org.sealane.smb.auth.ntlm;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link NegotiateMessage}, [MS-NLMP] 2.2.1.1. */
final class NegotiateMessageCodec {
  static final int TYPE = 1;
  private static final int FLAGS_OFFSET = 12;
  private static final int LENGTH = 40;

  private NegotiateMessageCodec() {}

  static NegotiateMessage decode(byte[] token) throws MalformedMessageException {
    MessageReader in = NtlmFields.reader(token, TYPE);
    return new NegotiateMessage(in.i32("NegotiateFlags", FLAGS_OFFSET));
  }

  static byte[] encode(NegotiateMessage message) {
    MessageWriter out = NtlmFields.writer(TYPE);
    out.i32(FLAGS_OFFSET, message.flags()).padTo(LENGTH);
    return NtlmFields.bytes(out);
  }
}
