package org.sealane.smb.io.fscc;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.share.ShareOpen.Extent;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * Input and output buffers of the file system controls, [MS-FSCC] 2.3. Each reader and writer here
 * is the whole buffer. Ranges come out with neither part negative and their sum within 63 bits.
 */
public final class FsctlBuffers {
  /** Most ranges that one buffer may hold; a trim of a whole disk needs far fewer. */
  public static final int RANGES_MAX = 65_536;

  private static final int EXTENT_LENGTH = 16;
  private static final int SECOND_OFFSET = 8;
  private static final int TRIM_NUM_RANGES_OFFSET = 4;
  private static final int TRIM_RANGES_OFFSET = 8;

  private FsctlBuffers() {}

  /** FSCTL_SET_SPARSE input, [MS-FSCC] 2.3.83: no byte at all means true. */
  public static boolean decodeSetSparse(MessageReader in) throws MalformedMessageException {
    return in.length() == 0 || in.u8("SetSparse", 0) != 0;
  }

  public static void encodeSetSparse(boolean sparse, MessageWriter out) {
    out.u8(0, sparse ? 1 : 0);
  }

  /** FSCTL_SET_ZERO_DATA input, [MS-FSCC] 2.3.85: start and, on the wire, the end. */
  public static Extent decodeSetZeroData(MessageReader in) throws MalformedMessageException {
    long start = in.i64("FileOffset", 0);
    long end = in.i64("BeyondFinalZero", SECOND_OFFSET);
    if (start < 0) {
      throw new MalformedMessageException("FileOffset", 0, "no negative", start);
    }
    if (end < start) {
      throw new MalformedMessageException(
          "BeyondFinalZero", SECOND_OFFSET, "FileOffset or more", end);
    }
    return new Extent(start, end - start);
  }

  public static void encodeSetZeroData(Extent range, MessageWriter out) {
    out.i64(0, range.offset()).i64(SECOND_OFFSET, range.offset() + range.length());
  }

  /** FSCTL_QUERY_ALLOCATED_RANGES input, [MS-FSCC] 2.3.51. */
  public static Extent decodeQueryAllocatedRanges(MessageReader in)
      throws MalformedMessageException {
    return extent(in, 0);
  }

  public static void encodeQueryAllocatedRanges(Extent range, MessageWriter out) {
    extent(range, out, 0);
  }

  /** FSCTL_QUERY_ALLOCATED_RANGES output, [MS-FSCC] 2.3.52. */
  public static List<Extent> decodeAllocatedRanges(MessageReader in)
      throws MalformedMessageException {
    if (in.length() % EXTENT_LENGTH != 0) {
      throw new MalformedMessageException("Buffer", 0, "whole ranges", in.length());
    }
    return extents(in, 0, in.length() / EXTENT_LENGTH);
  }

  /**
   * Writes as many of {@code ranges} as fit in {@code maxBytes} and returns how many; fewer than
   * all is STATUS_BUFFER_OVERFLOW to the client.
   */
  public static int encodeAllocatedRanges(List<Extent> ranges, long maxBytes, MessageWriter out) {
    int fitting = (int) Math.min(ranges.size(), maxBytes / EXTENT_LENGTH);
    for (int i = 0; i < fitting; i++) {
      extent(ranges.get(i), out, i * EXTENT_LENGTH);
    }
    return fitting;
  }

  /** FSCTL_FILE_LEVEL_TRIM input, [MS-FSCC] 2.3.73. Key is of no use over SMB2 and ignored. */
  public static List<Extent> decodeFileLevelTrim(MessageReader in)
      throws MalformedMessageException {
    return extents(in, TRIM_RANGES_OFFSET, in.u32("NumRanges", TRIM_NUM_RANGES_OFFSET));
  }

  public static void encodeFileLevelTrim(List<Extent> ranges, MessageWriter out) {
    out.i32(TRIM_NUM_RANGES_OFFSET, ranges.size());
    for (int i = 0; i < ranges.size(); i++) {
      extent(ranges.get(i), out, TRIM_RANGES_OFFSET + i * EXTENT_LENGTH);
    }
  }

  private static List<Extent> extents(MessageReader in, int offset, long count)
      throws MalformedMessageException {
    if (count > RANGES_MAX) {
      throw new MalformedMessageException("NumRanges", offset, "at most " + RANGES_MAX, count);
    }
    in.require("Ranges", offset, count * EXTENT_LENGTH);
    List<Extent> extents = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      extents.add(extent(in, offset + i * EXTENT_LENGTH));
    }
    return extents;
  }

  private static Extent extent(MessageReader in, int offset) throws MalformedMessageException {
    long start = in.i64("FileOffset", offset);
    long length = in.i64("Length", offset + SECOND_OFFSET);
    if (start < 0) {
      throw new MalformedMessageException("FileOffset", offset, "no negative", start);
    }
    if (length < 0 || length > Long.MAX_VALUE - start) {
      throw new MalformedMessageException(
          "Length", offset + SECOND_OFFSET, "an end within 63 bits", length);
    }
    return new Extent(start, length);
  }

  private static void extent(Extent range, MessageWriter out, int offset) {
    out.i64(offset, range.offset()).i64(offset + SECOND_OFFSET, range.length());
  }
}
