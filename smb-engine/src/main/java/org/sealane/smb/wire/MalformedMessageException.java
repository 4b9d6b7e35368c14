package org.sealane.smb.wire;

/**
 * A peer's bytes break a rule of the format. Checked, because each caller must decide what the
 * specification wants: a status or a disconnect. Carries fields, not a stack: it is thrown as often
 * as a hostile peer wishes.
 */
public final class MalformedMessageException extends Exception {
  private final String field;
  private final long offset;
  private final String expected;
  private final long actual;

  /**
   * @param field the field as the specification names it
   * @param offset where it starts, in bytes from the message's first
   * @param expected what would have been accepted
   * @param actual what stood there
   */
  public MalformedMessageException(String field, long offset, String expected, long actual) {
    super(null, null, false, false);
    this.field = field;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }

  public String field() {
    return field;
  }

  public long offset() {
    return offset;
  }

  public String expected() {
    return expected;
  }

  public long actual() {
    return actual;
  }

  @Override
  public String getMessage() {
    return field + " at " + offset + ": expected " + expected + ", was " + actual;
  }
}
