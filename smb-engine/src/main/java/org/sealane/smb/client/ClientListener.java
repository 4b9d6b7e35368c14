package org.sealane.smb.client;

import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;

/** Hears what a client does. Any thread may call; must not block. */
public interface ClientListener {
  /** Hears nothing; events are logged whatever the listener does. */
  ClientListener NONE = new ClientListener() {};

  default void onEvent(ClientEvent event) {}

  /**
   * A request was answered, with whatever status.
   *
   * @param payloadBytes of the READ or WRITE, else 0
   * @param elapsedNanos from handing the request to the transport to having its response
   */
  default void onResponse(Command command, Level level, long payloadBytes, long elapsedNanos) {}
}
