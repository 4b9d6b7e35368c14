package org.sealane.cluster.member;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealane.cluster.json.MalformedJsonException;

/**
 * Statements verified before, by where they are: the same bytes under the same key are not verified
 * again. Holds one a place. Not thread-safe.
 */
final class Verified<T> {
  /** Verifies and reads. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(byte[] data, PublicKey key) throws MalformedJsonException;
  }

  private record Known<T>(byte[] data, PublicKey key, Optional<T> value) {}

  private final Map<String, Known<T>> known = new HashMap<>();

  /** What {@code data} says; empty if it is not valid, which {@code refused} is told why. */
  Optional<T> read(
      String place, byte[] data, PublicKey key, Decoder<T> decoder, Consumer<String> refused) {
    Known<T> before = known.get(place);
    if (before != null && before.key().equals(key) && Arrays.equals(before.data(), data)) {
      return before.value();
    }
    Optional<T> value;
    try {
      value = Optional.of(decoder.decode(data, key));
    } catch (MalformedJsonException e) {
      value = Optional.empty();
      refused.accept(e.getMessage());
    }
    known.put(place, new Known<>(data, key, value));
    return value;
  }

  /** Forgets what is not at one of {@code places}. */
  void retain(Collection<String> places) {
    known.keySet().retainAll(places);
  }
}
