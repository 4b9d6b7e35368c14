package org.sealane.smb.server;

import org.sealane.smb.transport.OutboundFrame;

/** What {@code Connection} asks its shell to do, in this order. */
sealed interface Output {
  /** Run it on a worker, then tell the connection. */
  record Run(Exchange exchange, Operation operation) implements Output {}

  /** Close an open that nobody waits for, on a worker, then tell the connection. */
  record CloseOpen(Open open) implements Output {}

  /** Hand it to the transport. */
  record Send(OutboundFrame frame) implements Output {}

  /** Close the connection; with {@code flush} after what was sent before. */
  record Close(String reason, boolean flush) implements Output {}

  /** Tell the administrator. */
  record Report(ServerEvent event) implements Output {}
}
