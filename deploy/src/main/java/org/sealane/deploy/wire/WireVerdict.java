package org.sealane.deploy.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * What a look at the bytes of a volume's lane came to.
 *
 * @param volume its name
 * @param from the node that the canaries were written through
 * @param to the node that owns the volume
 * @param capture what looked at the bytes, in words
 * @param verdict {@link #ENCRYPTED}, {@link #PLAINTEXT} or {@link #VOID}
 * @param bytesWritten canary bytes written and read back over the lane
 * @param bytesSeen bytes that passed the point of capture
 * @param canaries how often a canary of the volume was seen in clear
 * @param controls how often the control was seen, which was sent in clear
 * @param voidBecause why nothing can be said; empty unless void
 */
public record WireVerdict(
    String volume,
    String from,
    String to,
    String capture,
    String verdict,
    long bytesWritten,
    long bytesSeen,
    long canaries,
    long controls,
    List<String> voidBecause) {
  public static final String ENCRYPTED = "ENCRYPTED";
  public static final String PLAINTEXT = "PLAINTEXT SEEN";
  public static final String VOID = "VOID";

  /** The control is sent before the canaries and after them. */
  static final int CONTROLS = 2;

  public WireVerdict {
    voidBecause = List.copyOf(voidBecause);
  }

  /**
   * Where the bytes were looked at.
   *
   * @param volume its name
   * @param capture what looks, in words
   */
  public record Place(String volume, String from, String to, String capture) {}

  /**
   * What was seen there.
   *
   * @param written canary bytes that passed the lane, both directions together
   * @param bytes that passed the point of capture
   * @param dropped packets that the capture missed
   */
  public record Seen(long written, long bytes, long canaries, long controls, long dropped) {}

  /**
   * Judges. Plaintext that was seen is evidence by itself. That none was seen is evidence only if
   * the point of capture shows what is clear, and has seen all that was written.
   */
  public static WireVerdict judge(Place place, Seen seen) {
    List<String> doubts = new ArrayList<>();
    if (seen.controls() < CONTROLS) {
      doubts.add(
          "the control, sent in clear before and after, was seen %d times of %d"
              .formatted(seen.controls(), CONTROLS));
    }
    if (seen.bytes() < seen.written()) {
      doubts.add(
          "only %d bytes were seen of %d that were written and read"
              .formatted(seen.bytes(), seen.written()));
    }
    if (seen.dropped() > 0) {
      doubts.add("the capture missed %d packets".formatted(seen.dropped()));
    }
    String verdict = seen.canaries() > 0 ? PLAINTEXT : doubts.isEmpty() ? ENCRYPTED : VOID;
    return new WireVerdict(
        place.volume(),
        place.from(),
        place.to(),
        place.capture(),
        verdict,
        seen.written(),
        seen.bytes(),
        seen.canaries(),
        seen.controls(),
        verdict.equals(VOID) ? doubts : List.of());
  }
}
