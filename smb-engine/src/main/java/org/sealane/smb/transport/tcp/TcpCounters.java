package org.sealane.smb.transport.tcp;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one transport. Any thread may call. */
public final class TcpCounters {
  private final Map<TcpCounter, LongAdder> adders = new EnumMap<>(TcpCounter.class);

  TcpCounters() {
    for (TcpCounter counter : TcpCounter.values()) {
      adders.put(counter, new LongAdder());
    }
  }

  /** What has been counted since the transport was opened. */
  public long get(TcpCounter counter) {
    return adders.get(counter).sum();
  }

  void increment(TcpCounter counter) {
    adders.get(counter).increment();
  }

  void add(TcpCounter counter, long amount) {
    adders.get(counter).add(amount);
  }
}
