package org.sealane.rdma.transport;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what waits to be sent on one connection, and tells when that is too much or not. */
final class UnsentBytes {
  private final RdmaSettings settings;
  private final AtomicLong bytes = new AtomicLong();
  private boolean writable = true;

  UnsentBytes(RdmaSettings settings) {
    this.settings = settings;
  }

  /** Any thread. */
  void add(long more) {
    bytes.addAndGet(more);
  }

  void remove(long fewer) {
    bytes.addAndGet(-fewer);
  }

  /** True if the connection must end for it. */
  boolean areTooMany() {
    return bytes.get() > settings.unsentBytesMax();
  }

  /** Whether the handler may send on, if that has changed. On the loop. */
  Optional<Boolean> writableChanged() {
    boolean now =
        writable
            ? bytes.get() <= settings.unsentBytesHigh()
            : bytes.get() < settings.unsentBytesLow();
    if (now == writable) {
      return Optional.empty();
    }
    writable = now;
    return Optional.of(now);
  }
}
