package org.sealane.smb.server;

import java.util.concurrent.atomic.AtomicInteger;

/** A tree of a session, [MS-SMB2] 3.3.1.9. Owner thread, but for the counters. */
final class TreeConnect {
  /** {@code CONNECTED -> DISCONNECTING}; in the latter no request finds it any more. */
  enum State {
    CONNECTED,
    DISCONNECTING
  }

  private final int id;
  private final ShareResolver.Granted grant;
  private final PayloadCounter sent = new PayloadCounter();
  private final PayloadCounter received = new PayloadCounter();
  private final AtomicInteger openCount = new AtomicInteger();
  private final UseCount uses = new UseCount();
  private State state = State.CONNECTED;

  TreeConnect(int id, ShareResolver.Granted grant) {
    this.id = id;
    this.grant = grant;
  }

  int id() {
    return id;
  }

  ShareResolver.Granted grant() {
    return grant;
  }

  TrafficGate gate() {
    return grant.gate();
  }

  /** Payload of responses. Any thread. */
  PayloadCounter sent() {
    return sent;
  }

  /** Payload of requests. Any thread. */
  PayloadCounter received() {
    return received;
  }

  AtomicInteger openCount() {
    return openCount;
  }

  /** Requests that use it now. */
  UseCount uses() {
    return uses;
  }

  boolean isConnected() {
    return state == State.CONNECTED;
  }

  void disconnecting() {
    state = State.DISCONNECTING;
  }

  ServerStatus.TreeStatus status() {
    return new ServerStatus.TreeStatus(
        id, grant.name(), openCount.get(), sent.sum(), received.sum());
  }
}
