package org.sealane.cluster.json;

/** JSON that is not what its reader expects. */
public final class MalformedJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String field;

  public MalformedJsonException(String field, String expected) {
    super(field + ": " + expected);
    this.field = field;
  }

  /** The field at fault; empty if it is the text as a whole. */
  public String field() {
    return field;
  }
}
