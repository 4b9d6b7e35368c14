package org.sealane.smb.client;

import java.util.concurrent.CompletionStage;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.MessageWriter;

/**
 * The payload of one request that is placed by RDMA beside its message, in a leased buffer to which
 * the server has rights from {@link #encode} on until it is withdrawn.
 */
interface Placed {
  /** The level at which the payload can travel if {@code required} is asked for, or a stronger. */
  Level levelFor(Level required);

  /**
   * Protects the payload for a message of {@code level}, gives the server rights to it, and writes
   * the request's body. The caller posts the message, or calls {@link #revoke} and this again.
   */
  void encode(Level level, MessageWriter out) throws KeyUnavailableException;

  /** Ends the server's rights; the buffer is kept for another {@link #encode}. */
  CompletionStage<Void> revoke();

  /** The message was handed to the transport. */
  void posted();

  /**
   * Ends the server's rights and gives the buffer back, or does so as soon as the message is
   * posted. Completes when nothing of it is left. Idempotent; any thread.
   */
  CompletionStage<Void> withdraw();

  /** As {@link #withdraw}, at once: the message is never posted. */
  void discard();
}
