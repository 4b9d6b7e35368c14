package org.sealane.smb.auth.ntlm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link AvPairs}, [MS-NLMP] 2.2.2.1. */
final class AvPairsCodec {
  /** Ten are assigned. */
  static final int PAIRS_MAX = 32;

  private static final int EOL = 0;
  private static final int HEADER_LENGTH = 4;

  private AvPairsCodec() {}

  /** Reads up to the end mark; what follows it is ignored, as clients pad there. */
  static AvPairs decode(byte[] encoded) throws MalformedMessageException {
    MessageReader in = new MessageReader(MemorySegment.ofArray(encoded));
    List<AvPairs.Pair> pairs = new ArrayList<>();
    int offset = 0;
    while (true) {
      int id = in.u16("AvId", offset);
      int length = in.u16("AvLen", offset + 2L);
      if (id == EOL) {
        return new AvPairs(pairs);
      }
      if (pairs.size() == PAIRS_MAX) {
        throw new MalformedMessageException("AvPairs", offset, "at most " + PAIRS_MAX, id);
      }
      pairs.add(new AvPairs.Pair(id, in.bytes("Value", offset + (long) HEADER_LENGTH, length)));
      offset += HEADER_LENGTH + length;
    }
  }

  static byte[] encode(AvPairs message) {
    MessageWriter out = new MessageWriter();
    for (AvPairs.Pair pair : message.pairs()) {
      int offset = out.length();
      out.u16(offset, pair.id())
          .u16(offset + 2, pair.value().length)
          .bytes(offset + HEADER_LENGTH, pair.value());
    }
    out.padTo(out.length() + HEADER_LENGTH);
    return NtlmFields.bytes(out);
  }
}
