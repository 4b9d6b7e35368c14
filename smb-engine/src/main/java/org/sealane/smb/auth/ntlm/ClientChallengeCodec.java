package org.sealane.smb.auth.ntlm;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link ClientChallenge}, [MS-NLMP] 2.2.2.7. */
final class ClientChallengeCodec {
  private static final int VERSION = 1;
  private static final int TIMESTAMP_OFFSET = 8;
  private static final int CHALLENGE_OFFSET = 16;
  private static final int AV_PAIRS_OFFSET = 28;

  /** Zeros that end it, [MS-NLMP] 3.3.2. */
  private static final int TAIL_LENGTH = 4;

  private ClientChallengeCodec() {}

  static ClientChallenge decode(byte[] encoded) throws MalformedMessageException {
    MessageReader in = new MessageReader(MemorySegment.ofArray(encoded));
    require(in, "RespType", 0);
    require(in, "HiRespType", 1);
    return new ClientChallenge(
        in.i64("TimeStamp", TIMESTAMP_OFFSET),
        in.bytes("ChallengeFromClient", CHALLENGE_OFFSET, ChallengeMessage.CHALLENGE_LENGTH),
        AvPairsCodec.decode(in.bytes("AvPairs", AV_PAIRS_OFFSET, in.length() - AV_PAIRS_OFFSET)));
  }

  private static void require(MessageReader in, String field, int offset)
      throws MalformedMessageException {
    int version = in.u8(field, offset);
    if (version != VERSION) {
      throw new MalformedMessageException(field, offset, "1, NTLMv2", version);
    }
  }

  static byte[] encode(ClientChallenge message) {
    byte[] avPairs = AvPairsCodec.encode(message.avPairs());
    MessageWriter out =
        new MessageWriter()
            .u8(0, VERSION)
            .u8(1, VERSION)
            .i64(TIMESTAMP_OFFSET, message.timestamp())
            .bytes(CHALLENGE_OFFSET, message.clientChallenge())
            .bytes(AV_PAIRS_OFFSET, avPairs);
    out.padTo(out.length() + TAIL_LENGTH);
    return NtlmFields.bytes(out);
  }
}
