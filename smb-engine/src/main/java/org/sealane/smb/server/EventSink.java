package org.sealane.smb.server;

/** Receives what an administrator should know. Any thread may call; must not block. */
@FunctionalInterface
public interface EventSink {
  /** Drops events; the server logs each one whatever the sink does. */
  EventSink NONE = event -> {};

  void accept(ServerEvent event);
}
