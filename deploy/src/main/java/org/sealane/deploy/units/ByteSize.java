package org.sealane.deploy.units;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes such as {@code 64GiB}, {@code 4KiB} or {@code 512}: binary units, whole numbers. */
public final class ByteSize {
  /** What an error says is accepted. */
  public static final String ACCEPTED = "a size such as 4KiB, 512MiB, 64GiB or a number of bytes";

  private static final Pattern FORM = Pattern.compile("(\\d{1,19})(B|KiB|MiB|GiB|TiB|PiB)?");
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private ByteSize() {}

  /** Parses {@code text}; fails with an IllegalArgumentException that says what is accepted. */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw refused(text);
    }
    try {
      return Math.multiplyExact(
          Long.parseLong(matcher.group(1)), 1L << (10 * unitIndex(matcher.group(2))));
    } catch (ArithmeticException | NumberFormatException e) {
      throw refused(text);
    }
  }

  private static int unitIndex(String unit) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return i;
      }
    }
    return 0;
  }

  /** The shortest form that {@link #parse} reads back as the same number. */
  public static String exact(long bytes) {
    int unit = 0;
    long value = bytes;
    while (value != 0 && value % 1024 == 0 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return value + UNITS[unit];
  }

  /** For people: three digits, as {@code 1.46 GiB}. */
  public static String rounded(long bytes) {
    int unit = 0;
    double value = bytes;
    while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    if (unit == 0) {
      return bytes + " B";
    }
    int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException("'" + text + "' is not " + ACCEPTED);
  }
}
