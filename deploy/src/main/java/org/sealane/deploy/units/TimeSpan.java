package org.sealane.deploy.units;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time such as {@code 30s}, {@code 250ms} or {@code 1h}: one whole number, one unit. */
public final class TimeSpan {
  /** What an error says is accepted. */
  public static final String ACCEPTED = "a time such as 250ms, 30s, 5m, 1h or 7d";

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private TimeSpan() {}

  /** Parses {@code text}; fails with an IllegalArgumentException that says what is accepted. */
  public static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not " + ACCEPTED);
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** The shortest form that {@link #parse} reads back as the same span, to the millisecond. */
  public static String exact(Duration span) {
    long millis = span.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0 && seconds != 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0 && seconds != 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 && seconds != 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
