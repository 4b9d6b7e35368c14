package org.sealane.smb.pipe;

import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * NetrShareEnum, [MS-SRVS] 3.1.4.8: parameters and results in NDR. Levels 0 and 1; all shares come
 * in one answer.
 */
final class ShareEnumeration {
  static final int OPERATION = 15;

  private static final int ERROR_INVALID_LEVEL = 124;
  private static final int WORD = 4;

  /** Any number that is not zero: a pointer to something. */
  private static final int REFERENT = 0x0002_0000;

  /**
   * @param level SHARE_INFO_0 or SHARE_INFO_1, or one that is not known
   * @param resumes whether the client gave a place for a resume handle
   */
  record Request(int level, boolean resumes) {}

  private ShareEnumeration() {}

  static Request decode(MessageReader in) throws MalformedMessageException {
    long at = afterString(in);
    int level = in.i32("Level", at);
    long container = at + 2 * WORD;
    at = container + WORD;
    if (in.i32("ShareInfo", container) != 0) {
      int buffer = in.i32("Buffer", at + WORD);
      if (buffer != 0) {
        throw new MalformedMessageException("Buffer", at + WORD, "null", buffer);
      }
      at += 2 * WORD;
    }
    in.i32("PreferedMaximumLength", at);
    return new Request(level, in.i32("ResumeHandle", at + WORD) != 0);
  }

  /** Where ServerName ends, which may be null. */
  private static long afterString(MessageReader in) throws MalformedMessageException {
    if (in.i32("ServerName", 0) == 0) {
      return WORD;
    }
    long count = in.u32("ServerName.ActualCount", 3 * WORD);
    long end = 4L * WORD + count * Character.BYTES;
    in.require("ServerName", 4L * WORD, count * Character.BYTES);
    return (end + WORD - 1) / WORD * WORD;
  }

  static byte[] encode(Request request, List<SharedName> shares) {
    MessageWriter out = new MessageWriter();
    out.i32(0, request.level()).i32(WORD, request.level());
    boolean known = request.level() == 0 || request.level() == 1;
    List<SharedName> told = known ? shares : List.of();
    out.i32(2 * WORD, REFERENT).i32(3 * WORD, told.size());
    out.i32(4 * WORD, told.isEmpty() ? 0 : REFERENT);
    if (!told.isEmpty()) {
      array(request.level(), told, out);
    }
    int at = out.length();
    out.i32(at, told.size());
    at += WORD;
    if (request.resumes()) {
      out.i32(at, REFERENT).i32(at + WORD, 0);
      at += 2 * WORD;
    } else {
      out.i32(at, 0);
      at += WORD;
    }
    out.i32(at, known ? 0 : ERROR_INVALID_LEVEL);
    return out.written().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  /** Fixed parts, then the strings that they point to. */
  private static void array(int level, List<SharedName> shares, MessageWriter out) {
    out.i32(out.length(), shares.size());
    for (int i = 0; i < shares.size(); i++) {
      out.i32(out.length(), REFERENT);
      if (level == 1) {
        out.i32(out.length(), shares.get(i).type());
        out.i32(out.length(), REFERENT);
      }
    }
    for (SharedName share : shares) {
      string(share.name(), out);
      if (level == 1) {
        string(share.remark(), out);
      }
    }
  }

  /** A conformant and varying string with its terminator. */
  private static void string(String text, MessageWriter out) {
    int at = out.length();
    int count = text.length() + 1;
    out.i32(at, count).i32(at + WORD, 0).i32(at + 2 * WORD, count);
    out.utf16(at + 3 * WORD, text + "\0");
    out.alignTo(WORD);
  }
}
