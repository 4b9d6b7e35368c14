package org.sealane.smb.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sessions of one connection, in any state, [MS-SMB2] 3.3.1.7. Owner thread. */
final class SessionTable {
  private final Map<Long, Session> sessions = new LinkedHashMap<>();
  private long changes;

  Optional<Session> find(long sessionId) {
    return Optional.ofNullable(sessions.get(sessionId));
  }

  void add(Session session) {
    if (sessions.putIfAbsent(session.id(), session) != null) {
      throw new IllegalStateException("session id " + session.id() + " was given out twice");
    }
    session.enter(this);
    changes++;
  }

  /** Grows as sessions come and go, also by what happens on another channel of one. */
  long changes() {
    return changes;
  }

  void remove(Session session) {
    if (sessions.remove(session.id(), session)) {
      changes++;
    }
  }

  int size() {
    return sessions.size();
  }

  List<Session> all() {
    return List.copyOf(sessions.values());
  }

  boolean hasLive() {
    return sessions.values().stream().anyMatch(Session::isLive);
  }

  boolean hasOpens() {
    return sessions.values().stream().anyMatch(session -> session.openCount() > 0);
  }

  void clear() {
    sessions.clear();
    changes++;
  }
}
