package org.sealane.smb.encryption.key;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.sealane.smb.auth.SessionSecret;

/**
 * One key and the ciphers initialised with it, for any number of threads. {@link #acquire} lends a
 * cipher to one thread, {@link #release} takes it back. A pool, not a thread-local, since callers
 * may be virtual threads; bounded, so that a burst of threads does not leave ciphers behind.
 *
 * <p>Closing never destroys the key under a thread that works with it: with half of it overwritten,
 * that thread would seal under a key anyone can guess. {@link #close} refuses new work at once, and
 * whoever returns last destroys the key and what was pooled.
 *
 * @param <T> a cipher or MAC under the key
 */
public final class KeyedPool<T extends KeyedPool.Keyed> implements AutoCloseable {

  /** Something that holds a copy of the key. */
  public interface Keyed {
    /** Overwrites the key and all message bytes it holds; it is not used after that. */
    void erase();
  }

  /** More threads than this seal under one key rarely enough to make ciphers for them each time. */
  private static final int SLOTS = 16;

  /** Set in {@link #users} once closed; the other bits count threads that hold a cipher. */
  private static final int CLOSED = Integer.MIN_VALUE;

  private final SessionSecret secret;
  private final LentKey key;
  private final Function<LentKey, T> maker;
  private final AtomicReferenceArray<T> idle = new AtomicReferenceArray<>(SLOTS);
  private final AtomicInteger users = new AtomicInteger();

  /**
   * Takes ownership of {@code secret}.
   *
   * @param algorithm the key's JCA name
   * @param maker makes a cipher with the key; called on the thread that needs it
   */
  public KeyedPool(SessionSecret secret, String algorithm, Function<LentKey, T> maker) {
    this.secret = secret;
    this.key = new LentKey(secret, algorithm);
    this.maker = maker;
  }

  /** Lends a cipher to the calling thread, which gives it back with {@link #release}. */
  public T acquire() throws KeyUnavailableException {
    enter();
    int start = start();
    for (int i = 0; i < SLOTS; i++) {
      T pooled = idle.getAndSet((start + i) % SLOTS, null);
      if (pooled != null) {
        return pooled;
      }
    }
    boolean made = false;
    try {
      T fresh = maker.apply(key);
      made = true;
      return fresh;
    } finally {
      if (!made) {
        leave();
      }
    }
  }

  /** Takes a cipher back, in whatever state; its next user initialises it. */
  public void release(T cipher) {
    int start = start();
    for (int i = 0; i < SLOTS; i++) {
      if (idle.compareAndSet((start + i) % SLOTS, null, cipher)) {
        leave();
        return;
      }
    }
    cipher.erase();
    leave();
  }

  /** Refuses work from now on and destroys the key when nobody works with it. Idempotent. */
  @Override
  public void close() {
    if (users.getAndUpdate(count -> count | CLOSED) == 0) {
      destroy();
    }
  }

  private void enter() throws KeyUnavailableException {
    int count;
    do {
      count = users.get();
      if (count < 0) {
        throw new KeyUnavailableException(KeyUnavailableException.Reason.CLOSED);
      }
    } while (!users.compareAndSet(count, count + 1));
  }

  private void leave() {
    if (users.decrementAndGet() == CLOSED) {
      destroy();
    }
  }

  private void destroy() {
    for (int i = 0; i < SLOTS; i++) {
      T pooled = idle.getAndSet(i, null);
      if (pooled != null) {
        pooled.erase();
      }
    }
    secret.close();
  }

  /** Where this thread starts looking, so that few threads meet in one slot. */
  private static int start() {
    return (int) (Thread.currentThread().threadId() % SLOTS);
  }

  @Override
  public String toString() {
    return "KeyedPool[" + key.getAlgorithm() + (users.get() < 0 ? ", closed]" : "]");
  }
}
