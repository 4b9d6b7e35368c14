package org.sealane.rdma.transport;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one transport. Any thread may call. */
public final class RdmaCounters {
  private final Map<RdmaCounter, LongAdder> adders = new EnumMap<>(RdmaCounter.class);

  RdmaCounters() {
    for (RdmaCounter counter : RdmaCounter.values()) {
      adders.put(counter, new LongAdder());
    }
  }

  /** What has been counted since the transport was opened. */
  public long get(RdmaCounter counter) {
    return adders.get(counter).sum();
  }

  void increment(RdmaCounter counter) {
    adders.get(counter).increment();
  }

  void add(RdmaCounter counter, long amount) {
    adders.get(counter).add(amount);
  }
}
