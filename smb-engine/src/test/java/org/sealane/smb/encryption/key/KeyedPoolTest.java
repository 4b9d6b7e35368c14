package org.sealane.smb.encryption.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SessionSecret;

class KeyedPoolTest {
  private final byte[] key = {1, 2, 3, 4};
  private final List<Holder> made = new ArrayList<>();
  private final KeyedPool<Holder> pool =
      new KeyedPool<>(
          new SessionSecret(key),
          "AES",
          lent -> {
            Holder holder = new Holder(lent);
            made.add(holder);
            return holder;
          });

  /** Holds the key as a cipher does. */
  private static final class Holder implements KeyedPool.Keyed {
    final LentKey lent;
    final AtomicInteger users = new AtomicInteger();
    boolean erased;

    Holder(LentKey lent) {
      this.lent = lent;
    }

    @Override
    public void erase() {
      erased = true;
    }
  }

  @Test
  void shouldReuseWhatWasReleased() throws Exception {
    Holder first = pool.acquire();
    pool.release(first);

    assertThat(pool.acquire()).isSameAs(first);
    assertThat(made).hasSize(1);
  }

  @Test
  void shouldKeepABoundedNumberWhenManyAreReleased() throws Exception {
    List<Holder> held = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      held.add(pool.acquire());
    }
    for (Holder holder : held) {
      pool.release(holder);
    }

    assertThat(made).hasSize(20);
    assertThat(made.stream().filter(holder -> holder.erased)).hasSize(4);
  }

  @Test
  void shouldDestroyAtOnceWhenClosedIdle() throws Exception {
    pool.release(pool.acquire());

    pool.close();

    assertThat(key).containsOnly(0);
    assertThat(made).allMatch(holder -> holder.erased);
    assertThatThrownBy(pool::acquire).isInstanceOf(KeyUnavailableException.class);
  }

  @Test
  void shouldKeepTheKeyWhenClosedUnderAUser() throws Exception {
    Holder busy = pool.acquire();
    Holder other = pool.acquire();
    pool.release(other);

    pool.close();

    assertThatThrownBy(pool::acquire).isInstanceOf(KeyUnavailableException.class);
    assertThat(busy.lent.getEncoded()).containsExactly(1, 2, 3, 4);
    assertThat(key).containsExactly(1, 2, 3, 4);

    pool.release(busy);

    assertThat(key).containsOnly(0);
    assertThat(made).allMatch(holder -> holder.erased);
    assertThatThrownBy(busy.lent::getEncoded).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldStayUsableWhenMakingFails() throws Exception {
    byte[] bytes = {1};
    AtomicInteger attempts = new AtomicInteger();
    KeyedPool<Holder> failing =
        new KeyedPool<>(
            new SessionSecret(bytes),
            "AES",
            lent -> {
              if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("no cipher");
              }
              return new Holder(lent);
            });
    assertThatThrownBy(failing::acquire).hasMessage("no cipher");
    failing.release(failing.acquire());

    failing.close();

    // The failed attempt is not counted as a user, who would keep the key alive.
    assertThat(bytes).containsOnly(0);
  }

  @Test
  void shouldLendToOneThreadAtATimeWhenManyCompete() throws Exception {
    byte[] bytes = {1};
    KeyedPool<Holder> shared = new KeyedPool<>(new SessionSecret(bytes), "AES", Holder::new);
    try (ExecutorService workers = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        results.add(
            workers.submit(() -> {
              boolean alone = true;
              for (int round = 0; round < 5_000; round++) {
                Holder holder = shared.acquire();
                alone &= holder.users.incrementAndGet() == 1;
                holder.users.decrementAndGet();
                shared.release(holder);
              }
              return alone;
            }));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
    shared.close();
    assertThat(bytes).containsOnly(0);
  }

  @Test
  void shouldDestroyOnceAllAreDoneWhenClosedUnderLoad() throws Exception {
    for (int round = 0; round < 50; round++) {
      byte[] bytes = {1};
      KeyedPool<Holder> shared = new KeyedPool<>(new SessionSecret(bytes), "AES", Holder::new);
      try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
        List<Future<Boolean>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          results.add(
              workers.submit(() -> {
                boolean sawTheKey = true;
                while (true) {
                  Holder holder;
                  try {
                    holder = shared.acquire();
                  } catch (KeyUnavailableException _) {
                    return sawTheKey;
                  }
                  sawTheKey &= holder.lent.getEncoded()[0] == 1;
                  shared.release(holder);
                }
              }));
        }
        shared.close();
        for (Future<Boolean> result : results) {
          assertThat(result.get()).isTrue();
        }
      }
      assertThat(bytes).containsOnly(0);
    }
  }

  @Test
  void shouldShowNoKeyWhenPrintedOrSerialized() throws Exception {
    Holder holder = pool.acquire();

    assertThat(holder.lent.toString()).isEqualTo("LentKey[AES]");
    try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThatThrownBy(() -> out.writeObject(holder.lent))
          .isInstanceOf(NotSerializableException.class);
    }
  }
}
