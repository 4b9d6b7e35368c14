package org.sealane.cluster.store;

import java.time.Duration;

/**
 * How to reach ZooKeeper.
 *
 * @param connect {@code host:port,...} of the ensemble
 * @param sessionTimeout asked for; the ensemble may grant another
 * @param connectTimeout for one attempt to connect
 */
public record StoreSettings(String connect, Duration sessionTimeout, Duration connectTimeout) {
  /**
   * Long enough for a garbage collection, short enough that a dead node holds up a turn briefly.
   */
  public static final Duration SESSION_TIMEOUT_DEFAULT = Duration.ofSeconds(6);

  public StoreSettings(String connect) {
    this(connect, SESSION_TIMEOUT_DEFAULT, SESSION_TIMEOUT_DEFAULT);
  }

  public StoreSettings {
    if (sessionTimeout.toMillis() < 1000 || sessionTimeout.toMillis() > 120_000) {
      throw new IllegalArgumentException(
          "session timeout " + sessionTimeout + " is not from 1s to 120s");
    }
  }
}
