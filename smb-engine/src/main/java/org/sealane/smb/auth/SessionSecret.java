package org.sealane.smb.auth;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Key bytes with one owner, erased on close. There is no getter: {@link #use} lends the bytes for
 * the time of one call. Not thread-safe.
 */
public final class SessionSecret implements AutoCloseable {
  private final byte[] bytes;
  private boolean destroyed;

  /** Takes ownership of {@code bytes}: the caller keeps no reference. */
  public SessionSecret(byte[] bytes) {
    this.bytes = bytes;
  }

  public int lengthBytes() {
    return bytes.length;
  }

  /** Lends the key to {@code user}, which must not keep, change or copy it longer than it needs. */
  public <T> T use(Function<byte[], T> user) {
    if (destroyed) {
      throw new IllegalStateException("the secret was destroyed");
    }
    return user.apply(bytes);
  }

  @Override
  public void close() {
    destroyed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "SessionSecret[" + (destroyed ? "destroyed" : bytes.length + " bytes") + "]";
  }
}
