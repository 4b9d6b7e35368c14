package org.sealane.smb.client;

import java.util.OptionalLong;
import org.sealane.smb.wire.MessageIdWindow;

/**
 * The client's credits and the MessageIds they stand for, [MS-SMB2] 3.2.4.1.2, 3.2.4.1.3 and
 * 3.2.5.1.4. A request takes as many consecutive ids as its CreditCharge; responses bring new
 * credits. For one thread at a time.
 */
final class CreditLedger {
  private final int target;
  private int available = 1;
  private int charged;
  private long nextMessageId;

  /**
   * @param target credits to ask for, held or in use
   */
  CreditLedger(int target) {
    this.target = target;
  }

  /** Takes the ids of a request, if the credits are there; gives the first. */
  OptionalLong take(int charge) {
    if (charge > available) {
      return OptionalLong.empty();
    }
    available -= charge;
    charged += charge;
    long messageId = nextMessageId;
    nextMessageId += charge;
    return OptionalLong.of(messageId);
  }

  /** The CreditRequest of a request that has just taken its credits. */
  int toAskFor(int charge) {
    long missing = Math.max(0L, target - available - charged);
    return (int) Math.min(charge + missing, MessageIdWindow.CREDITS_LIMIT);
  }

  /** The response to a request has come, or none will. */
  void settle(int charge) {
    charged -= charge;
  }

  /** Adds what a response grants; above what any server grants it is not counted. */
  void grant(int credits) {
    available = Math.min(available + credits, MessageIdWindow.CREDITS_LIMIT);
  }

  int available() {
    return available;
  }

  /** Credits held or in use: no request can ever cost more while this stays as it is. */
  int held() {
    return available + charged;
  }
}
