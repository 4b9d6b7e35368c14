package org.sealane.smb.client;

import java.util.concurrent.atomic.LongAdder;
import org.sealane.smb.lane.Level;

/** Counts payload bytes by level. Any thread may call. */
final class PayloadCounter {
  private final LongAdder sealed = new LongAdder();
  private final LongAdder signed = new LongAdder();
  private final LongAdder clear = new LongAdder();

  void add(Level level, long bytes) {
    switch (level) {
      case ENCRYPT -> sealed.add(bytes);
      case SIGN -> signed.add(bytes);
      case CLEAR -> clear.add(bytes);
    }
  }

  PayloadBytes sum() {
    return new PayloadBytes(sealed.sum(), signed.sum(), clear.sum());
  }
}
