package org.sealane.smb.server;

import org.sealane.smb.auth.Principal;
import org.sealane.smb.transport.OutboundFrame;

/** What {@code Connection} asks its shell to do, in this order. */
sealed interface Output {
  /** Run it on a worker, then tell the connection. */
  record Run(Exchange exchange, Operation operation) implements Output {}

  /** Close an open that nobody waits for, on a worker, then tell the connection. */
  record CloseOpen(Open open) implements Output {}

  /** Keep a durable open for its client, or tell the connection that it can not be kept. */
  record Park(Open open) implements Output {}

  /** Enter a session in the server's table, or a channel with the session, which became valid. */
  record SessionValid(Session session) implements Output {}

  /** End the session that the exchange's new one replaces, then tell the connection. */
  record Replace(Exchange exchange, long previousSessionId, Principal peer) implements Output {}

  /** Nothing of a session is under way any more: take it out of the server's table. */
  record SessionEnded(long sessionId) implements Output {}

  /** Hand it to the transport. */
  record Send(OutboundFrame frame) implements Output {}

  /** Close the connection; with {@code flush} after what was sent before. */
  record Close(String reason, boolean flush) implements Output {}

  /** Tell the administrator. */
  record Report(ServerEvent event) implements Output {}
}
