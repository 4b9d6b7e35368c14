package org.sealane.smb.auth.ntlm;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Slows down who guesses passwords, per account and address, and per account from everywhere. Knows
 * only accounts that exist: what is guessed of others can not succeed. Any thread may call.
 */
public final class LogonThrottle {
  private record Guesser(String account, InetAddress address) {}

  /** Failures since the last success, and until when no password is looked at. */
  private record Record(int failures, long sinceNanos, long refusedUntilNanos) {}

  private final LogonLimits limits;
  private final LongSupplier nanoClock;
  private final Map<Guesser, Record> guessers;
  private final Map<String, Record> accounts;

  /**
   * @param nanoClock as {@link System#nanoTime}
   */
  public LogonThrottle(LogonLimits limits, LongSupplier nanoClock) {
    this.limits = limits;
    this.nanoClock = nanoClock;
    this.guessers = bounded(limits.entries());
    this.accounts = bounded(limits.entries());
  }

  private static <K> Map<K, Record> bounded(int entries) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, Record> eldest) {
        return size() > entries;
      }
    };
  }

  /** True if a password of the account may be looked at now. */
  synchronized boolean mayTry(String account, InetAddress address) {
    long now = nanoClock.getAsLong();
    Record guesser = guessers.get(new Guesser(account, address));
    if (guesser != null && now - guesser.refusedUntilNanos() < 0) {
      return false;
    }
    Record everywhere = accounts.get(account);
    return everywhere == null
        || everywhere.failures() < limits.accountFailures()
        || now - everywhere.sinceNanos() >= limits.accountWindow().toNanos();
  }

  /** A wrong password. */
  synchronized void failed(String account, InetAddress address) {
    long now = nanoClock.getAsLong();
    guessers.merge(
        new Guesser(account, address),
        new Record(1, now, delayedFrom(now, 1)),
        (before, _) -> {
          int failures = Math.min(before.failures() + 1, Integer.MAX_VALUE - 1);
          return new Record(failures, before.sinceNanos(), delayedFrom(now, failures));
        });
    accounts.merge(
        account,
        new Record(1, now, now),
        (before, first) ->
            now - before.sinceNanos() >= limits.accountWindow().toNanos()
                ? first
                : new Record(before.failures() + 1, before.sinceNanos(), now));
  }

  /** The right password, from there: what others guessed from elsewhere stays counted. */
  synchronized void succeeded(String account, InetAddress address) {
    guessers.remove(new Guesser(account, address));
  }

  private long delayedFrom(long now, int failures) {
    int costly = failures - limits.freeFailures();
    if (costly <= 0) {
      return now;
    }
    // More than 30 doublings of a nanosecond-scale delay pass any longest delay.
    long factor = 1L << Math.min(costly - 1, 30);
    long longest = limits.longestDelay().toNanos();
    long first = limits.firstDelay().toNanos();
    return now + (factor > longest / first ? longest : first * factor);
  }
}
