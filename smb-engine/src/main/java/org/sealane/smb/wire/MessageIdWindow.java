package org.sealane.smb.wire;

/**
 * The server's window of message ids that a client may still use, [MS-SMB2] 3.3.1.1 and 3.3.5.2.3.
 * It starts with id 0. Each credit granted adds the next higher id, each request takes as many
 * consecutive ids as its CreditCharge, and an id is taken only once.
 *
 * <p>CANCEL takes no id: it repeats that of the request it cancels and is not passed here.
 *
 * <p>Bounded: ids outstanding never exceed {@link #creditsMax}, and the distance from the lowest id
 * not yet used to the highest granted never exceeds {@link #SPAN_FACTOR} times that, so a client
 * that leaves one id unused stops being granted credits before the window grows without end.
 *
 * <p>For one thread at a time.
 */
public final class MessageIdWindow {
  /** Limit of the window's span, in multiples of its credits. */
  public static final int SPAN_FACTOR = 2;

  /** CreditRequest and CreditResponse are 16 bits wide. */
  public static final int CREDITS_LIMIT = 0xFFFF;

  private final int creditsMax;

  /** A ring: the bit at id modulo its size says that the id, at or above lowest, has been used. */
  private final long[] used;

  private long lowest;
  private long end = 1;
  private int available = 1;
  private int promised;

  /** What became of a request's ids. */
  public enum Verdict {
    /** They were valid and are now used. */
    ACCEPTED,
    /** At least one was used before: a duplicate or a replay. Disconnect. */
    USED,
    /** At least one was never granted. Disconnect. */
    NOT_GRANTED
  }

  /**
   * @param creditsMax credits that the client may hold at once, 1 to {@link #CREDITS_LIMIT}
   */
  public MessageIdWindow(int creditsMax) {
    if (creditsMax < 1 || creditsMax > CREDITS_LIMIT) {
      throw new IllegalArgumentException("creditsMax " + creditsMax);
    }
    this.creditsMax = creditsMax;
    int words = creditsMax * SPAN_FACTOR / Long.SIZE + 1;
    this.used = new long[Integer.highestOneBit(words) << 1];
  }

  /**
   * Takes the ids of one request; all of them or, if refused, none.
   *
   * @param creditCharge the header's field; 0 counts as 1
   */
  public Verdict consume(long messageId, int creditCharge) {
    int count = Math.max(1, creditCharge);
    if (messageId < 0 || count > end - messageId) {
      return Verdict.NOT_GRANTED;
    }
    if (messageId < lowest) {
      return Verdict.USED;
    }
    for (long id = messageId; id < messageId + count; id++) {
      if (isUsed(id)) {
        return Verdict.USED;
      }
    }
    for (long id = messageId; id < messageId + count; id++) {
      flip(id);
    }
    available -= count;
    advance();
    return Verdict.ACCEPTED;
  }

  /**
   * Grants up to {@code creditsRequested} credits and returns how many, for the response's
   * CreditResponse. A client that asks for none, or for too many, but holds none gets one, as it
   * could say nothing more otherwise.
   */
  public int grant(int creditsRequested) {
    int granted = promise(creditsRequested, creditsMax);
    keep(granted);
    return granted;
  }

  /**
   * Sets credits aside for a response that is still to be built, and returns how many; {@link
   * #keep} grants them when the response leaves, as ids used before that are a violation. What is
   * promised counts as held.
   *
   * @param holdMax credits that the client may hold now, at most {@link #creditsMax}
   */
  public int promise(int creditsRequested, int holdMax) {
    int held = available + promised;
    int wanted = held == 0 ? Math.max(1, creditsRequested) : Math.max(0, creditsRequested);
    long span = (long) creditsMax * SPAN_FACTOR - (end - lowest) - promised;
    long room = Math.max(0, Math.min(Math.min(holdMax, creditsMax) - held, span));
    int promising = (int) Math.min(wanted, room);
    promised += promising;
    return promising;
  }

  /** Grants what {@link #promise} set aside for one response. */
  public void keep(int promise) {
    if (promise < 0 || promise > promised) {
      throw new IllegalArgumentException(promise + " of " + promised + " promised credits");
    }
    promised -= promise;
    end += promise;
    available += promise;
  }

  /** Ids the client may use now: the credits it holds. */
  public int available() {
    return available;
  }

  /** Credits the client may hold at once. */
  public int creditsMax() {
    return creditsMax;
  }

  /** Drops the run of used ids at the window's lower edge; their bits become free for new ids. */
  private void advance() {
    while (lowest < end && isUsed(lowest)) {
      flip(lowest);
      lowest++;
    }
  }

  private boolean isUsed(long id) {
    return (used[word(id)] >>> id & 1) != 0;
  }

  private void flip(long id) {
    used[word(id)] ^= 1L << id;
  }

  private int word(long id) {
    return (int) (id / Long.SIZE) & used.length - 1;
  }
}
