package org.sealane.smb.auth.ntlm;

import java.nio.charset.StandardCharsets;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link ChallengeMessage}, [MS-NLMP] 2.2.1.2. */
final class ChallengeMessageCodec {
  static final int TYPE = 2;
  private static final int TARGET_NAME_FIELD = 12;
  private static final int FLAGS_OFFSET = 20;
  private static final int CHALLENGE_OFFSET = 24;
  private static final int TARGET_INFO_FIELD = 40;

  /** Where the payload may begin: Version is optional. */
  private static final int FIXED_LENGTH = 48;

  private static final int LENGTH_WITH_VERSION = 56;

  private ChallengeMessageCodec() {}

  static ChallengeMessage decode(byte[] token) throws MalformedMessageException {
    MessageReader in = NtlmFields.reader(token, TYPE);
    return new ChallengeMessage(
        in.i32("NegotiateFlags", FLAGS_OFFSET),
        NtlmFields.text(in, "TargetName", TARGET_NAME_FIELD, FIXED_LENGTH),
        in.bytes("ServerChallenge", CHALLENGE_OFFSET, ChallengeMessage.CHALLENGE_LENGTH),
        NtlmFields.variable(in, "TargetInfo", TARGET_INFO_FIELD, FIXED_LENGTH));
  }

  static byte[] encode(ChallengeMessage message) {
    MessageWriter out = NtlmFields.writer(TYPE);
    out.i32(FLAGS_OFFSET, message.flags())
        .bytes(CHALLENGE_OFFSET, message.serverChallenge())
        .padTo(LENGTH_WITH_VERSION);
    NtlmFields.append(
        out, TARGET_NAME_FIELD, message.targetName().getBytes(StandardCharsets.UTF_16LE));
    NtlmFields.append(out, TARGET_INFO_FIELD, message.targetInfo());
    return NtlmFields.bytes(out);
  }
}
