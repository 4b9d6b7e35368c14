package org.sealane.smb.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients may cache of one file, [MS-FSA] 2.1.1.10 and 2.1.4.12: oplocks, each of one open,
 * and leases, each of all opens with one key. What one does to the file takes from all others what
 * no longer holds. Grants are given under the share's lock, as opens are made; all else any thread
 * may call. Nothing blocks, and the listeners are called without the lock.
 */
final class FileCaches {
  private static final Logger LOG = LoggerFactory.getLogger(FileCaches.class);

  /** A client that has not answered by then caches nothing any more, as with Windows. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(35);

  private final LongSupplier nanoClock;
  private final List<Cache> caches = new ArrayList<>();

  /** Lets requests pass without a lock where there is nothing to look at. */
  private volatile boolean empty = true;

  FileCaches(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * What one client caches.
   *
   * <p>{@code settled -> breaking -> settled}; a break that needs no answer is none.
   */
  private final class Cache implements CacheGrant {
    private final Object key;
    private final boolean lease;
    private final Set<DirectoryShareOpen> opens = new HashSet<>();
    private CacheListener listener;
    private int state;
    private int epoch;
    private Optional<Break> breaking = Optional.empty();

    Cache(Object key, CacheRequest asked) {
      this.key = key;
      this.lease = asked.leaseKey().isPresent();
      this.epoch = asked.epoch();
      this.listener = asked.listener();
    }

    @Override
    public int state() {
      synchronized (FileCaches.this) {
        return state;
      }
    }

    @Override
    public int epoch() {
      synchronized (FileCaches.this) {
        return epoch;
      }
    }

    @Override
    public boolean isBreaking() {
      synchronized (FileCaches.this) {
        return breaking.isPresent();
      }
    }

    @Override
    public Answer acknowledge(int kept) {
      Optional<Runnable> again;
      synchronized (FileCaches.this) {
        if (breaking.isEmpty()) {
          return Answer.NOT_ASKED;
        }
        Break asked = breaking.get();
        if (!Caching.isWithin(kept, asked.to())) {
          return Answer.TOO_MUCH;
        }
        state = Caching.sensible(kept);
        breaking = Optional.empty();
        // Others have wanted more of it meanwhile.
        again = breakTo(asked.wanted());
      }
      again.ifPresent(Runnable::run);
      return Answer.TAKEN;
    }

    /** Under the lock. Gives what tells the client, if there is something to tell. */
    private Optional<Runnable> breakTo(int keep) {
      if (breaking.isPresent()) {
        Break asked = breaking.get();
        breaking = Optional.of(new Break(asked.to(), asked.wanted() & keep, asked.untilNanos()));
        return Optional.empty();
      }
      if (Caching.isWithin(state, keep)) {
        return Optional.empty();
      }
      int from = state;
      int left = Caching.sensible(from & keep);
      int to = lease ? left : left & Caching.READ;
      boolean answerWanted = (from & ~Caching.READ) != 0;
      epoch++;
      if (answerWanted) {
        long untilNanos = nanoClock.getAsLong() + ANSWER_LIMIT.toNanos();
        breaking = Optional.of(new Break(to, to, untilNanos));
      } else {
        state = to;
      }
      CacheListener told = listener;
      int number = epoch;
      return Optional.of(() -> told.onBreak(from, to, number, answerWanted));
    }

    /** Under the lock. */
    private void expire(long nowNanos) {
      if (breaking.filter(asked -> asked.untilNanos() - nowNanos <= 0).isPresent()) {
        LOG.warn("a client has not answered in {} and caches nothing any more", ANSWER_LIMIT);
        breaking = Optional.empty();
        state = Caching.NONE;
        epoch++;
      }
    }
  }

  /**
   * A client was told to cache less.
   *
   * @param to what it was told to keep
   * @param wanted what is to be left in the end
   */
  private record Break(int to, int wanted, long untilNanos) {}

  /**
   * Grants as much of what is wanted as all others let be.
   *
   * @param opens how many opens of the file there are
   * @param locks those of the file
   */
  CacheGrant grant(DirectoryShareOpen open, CacheRequest asked, int opens, RangeLocks locks) {
    synchronized (this) {
      Object key = asked.leaseKey().orElse(open);
      Cache cache = find(key).orElseGet(() -> add(key, asked));
      cache.opens.add(open);
      open.cacheKey(key);
      cache.listener = asked.listener();
      boolean othersWrite =
          caches.stream().anyMatch(other -> other != cache && (other.state & Caching.WRITE) != 0);
      if (cache.breaking.isPresent() || othersWrite) {
        return cache;
      }
      int grantable = opens == cache.opens.size() ? Caching.ALL : Caching.READ | Caching.HANDLE;
      int more = cache.state | Caching.sensible(asked.wanted() & grantable);
      int next = cache.lease || (more & Caching.WRITE) != 0 ? more : more & Caching.READ;
      // Added before the locks are looked at: one that comes after is the lock's to break.
      if (next != cache.state && locks.areNone()) {
        cache.state = next;
        cache.epoch++;
      }
      return cache;
    }
  }

  private Optional<Cache> find(Object key) {
    return caches.stream().filter(cache -> cache.key.equals(key)).findFirst();
  }

  private Cache add(Object key, CacheRequest asked) {
    Cache cache = new Cache(key, asked);
    caches.add(cache);
    empty = false;
    return cache;
  }

  /**
   * Lets all but the one with {@code key} cache no more than {@code keep}. False if some still do:
   * they were told, and whoever wants that has to come again.
   */
  boolean limitOthers(Object key, int keep) {
    if (empty) {
      return true;
    }
    List<Runnable> toTell = new ArrayList<>();
    boolean done = true;
    synchronized (this) {
      long nowNanos = nanoClock.getAsLong();
      for (Cache cache : caches) {
        if (!cache.key.equals(key)) {
          cache.expire(nowNanos);
          cache.breakTo(keep).ifPresent(toTell::add);
          done &= Caching.isWithin(cache.state, keep);
        }
      }
    }
    toTell.forEach(Runnable::run);
    return done;
  }

  /** An open is closed, and with the last of a cache the cache. */
  void closed(DirectoryShareOpen open) {
    if (empty) {
      return;
    }
    synchronized (this) {
      caches.removeIf(cache -> cache.opens.remove(open) && cache.opens.isEmpty());
      empty = caches.isEmpty();
    }
  }
}
