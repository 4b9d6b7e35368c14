package org.sealane.smb.share;

import org.sealane.smb.wire.NtStatus;

/**
 * A search pattern with the wildcards of DOS, [MS-FSA] 2.1.4.4: {@code * ?} and those that Windows
 * makes of old patterns, {@code < > "}. Case does not count. A name is matched in one pass over it
 * with all places in the pattern at once, so no pattern is slow. Immutable.
 */
final class NamePattern {
  /** Longest pattern, in UTF-16 units: no name is longer than a quarter of it. */
  static final int CHARS_MAX = 1024;

  private static final char DOS_STAR = '<';
  private static final char DOS_QM = '>';
  private static final char DOS_DOT = '"';

  private final String pattern;

  private NamePattern(String pattern) {
    this.pattern = pattern;
  }

  /** Checks a pattern from the wire; an empty one matches all. */
  static NamePattern of(String pattern) throws ShareException {
    if (pattern.length() > CHARS_MAX) {
      throw new ShareException(
          NtStatus.OBJECT_NAME_INVALID, "pattern of " + pattern.length() + " characters");
    }
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c < ' ' || "/:\\|".indexOf(c) >= 0) {
        throw new ShareException(
            NtStatus.OBJECT_NAME_INVALID, "pattern with a forbidden character");
      }
    }
    return new NamePattern(pattern.isEmpty() ? "*" : pattern);
  }

  /** Whether it is the name of one file. */
  boolean isLiteral() {
    return pattern.chars().noneMatch(c -> "*?<>\"".indexOf(c) >= 0);
  }

  String text() {
    return pattern;
  }

  boolean matches(String name) {
    if (pattern.equals("*")) {
      return true;
    }
    boolean[] at = new boolean[pattern.length() + 1];
    at[0] = true;
    skipEmpty(at, name, 0);
    for (int i = 0; i < name.length(); i++) {
      boolean[] next = new boolean[at.length];
      for (int p = 0; p < pattern.length(); p++) {
        if (at[p]) {
          step(p, name, i, next);
        }
      }
      skipEmpty(next, name, i + 1);
      at = next;
    }
    return at[pattern.length()];
  }

  /** Where the pattern can be after {@code name[i]} if it was at {@code p} before. */
  private void step(int p, String name, int i, boolean[] next) {
    char c = name.charAt(i);
    switch (pattern.charAt(p)) {
      case '*' -> next[p] = true;
      // Up to the last dot, which only the rest of the pattern may take.
      case DOS_STAR -> next[p] |= c != '.' || name.indexOf('.', i + 1) >= 0;
      case '?' -> next[p + 1] = true;
      case DOS_QM -> next[p + 1] |= c != '.';
      case DOS_DOT -> next[p + 1] |= c == '.';
      default -> next[p + 1] |= FoldedNames.fold(c) == FoldedNames.fold(pattern.charAt(p));
    }
  }

  /** Adds the places that are reached by matching nothing at {@code i}. */
  private void skipEmpty(boolean[] at, String name, int i) {
    boolean atEnd = i == name.length();
    for (int p = 0; p < pattern.length(); p++) {
      if (at[p]) {
        at[p + 1] |=
            switch (pattern.charAt(p)) {
              case '*', DOS_STAR -> true;
              case DOS_QM -> atEnd || name.charAt(i) == '.';
              case DOS_DOT -> atEnd;
              default -> false;
            };
      }
    }
  }

  @Override
  public String toString() {
    return pattern;
  }
}
