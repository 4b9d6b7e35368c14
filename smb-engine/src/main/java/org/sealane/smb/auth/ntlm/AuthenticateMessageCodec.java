package org.sealane.smb.auth.ntlm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link AuthenticateMessage}, [MS-NLMP] 2.2.1.3. */
final class AuthenticateMessageCodec {
  static final int TYPE = 3;
  static final int MIC_OFFSET = 72;
  static final int MIC_LENGTH = 16;
  private static final int LM_FIELD = 12;
  private static final int NT_FIELD = 20;
  private static final int DOMAIN_FIELD = 28;
  private static final int USER_FIELD = 36;
  private static final int WORKSTATION_FIELD = 44;
  private static final int SESSION_KEY_FIELD = 52;
  private static final int FLAGS_OFFSET = 60;

  /** Where the payload may begin: Version and MIC are optional. */
  private static final int FIXED_LENGTH = 64;

  /** [MS-NLMP] 2.2.2.4: the LMv2 response of a client that has a time stamp is zeros. */
  private static final int LM_RESPONSE_LENGTH = 24;

  private AuthenticateMessageCodec() {}

  static AuthenticateMessage decode(byte[] token) throws MalformedMessageException {
    MessageReader in = NtlmFields.reader(token, TYPE);
    int flags = in.i32("NegotiateFlags", FLAGS_OFFSET);
    return new AuthenticateMessage(
        flags,
        NtlmFields.variable(in, "NtChallengeResponse", NT_FIELD, FIXED_LENGTH),
        NtlmFields.text(in, "DomainName", DOMAIN_FIELD, FIXED_LENGTH),
        NtlmFields.text(in, "UserName", USER_FIELD, FIXED_LENGTH),
        NtlmFields.text(in, "Workstation", WORKSTATION_FIELD, FIXED_LENGTH),
        NtlmFields.variable(in, "EncryptedRandomSessionKey", SESSION_KEY_FIELD, FIXED_LENGTH));
  }

  /** Encodes with a MIC of zeros, to be set by {@link #setMic}. */
  static byte[] encode(AuthenticateMessage message) {
    MessageWriter out = NtlmFields.writer(TYPE);
    out.i32(FLAGS_OFFSET, message.flags()).padTo(MIC_OFFSET + MIC_LENGTH);
    NtlmFields.append(out, DOMAIN_FIELD, utf16(message.domain()));
    NtlmFields.append(out, USER_FIELD, utf16(message.user()));
    NtlmFields.append(out, WORKSTATION_FIELD, utf16(message.workstation()));
    NtlmFields.append(out, LM_FIELD, new byte[LM_RESPONSE_LENGTH]);
    NtlmFields.append(out, NT_FIELD, message.ntResponse());
    NtlmFields.append(out, SESSION_KEY_FIELD, message.encryptedSessionKey());
    return NtlmFields.bytes(out);
  }

  /** The MIC field, whether or not it is one. */
  static byte[] mic(byte[] token) throws MalformedMessageException {
    return NtlmFields.reader(token, TYPE).bytes("MIC", MIC_OFFSET, MIC_LENGTH);
  }

  /** A copy with zeros for the MIC, which is what the MIC covers. */
  static byte[] withoutMic(byte[] token) {
    byte[] copy = token.clone();
    Arrays.fill(copy, MIC_OFFSET, MIC_OFFSET + MIC_LENGTH, (byte) 0);
    return copy;
  }

  static void setMic(byte[] token, byte[] mic) {
    System.arraycopy(mic, 0, token, MIC_OFFSET, MIC_LENGTH);
  }

  private static byte[] utf16(String text) {
    return text.getBytes(StandardCharsets.UTF_16LE);
  }
}
