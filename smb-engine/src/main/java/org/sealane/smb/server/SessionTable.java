package org.sealane.smb.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sessions of one connection, in any state, [MS-SMB2] 3.3.1.7. Owner thread. */
final class SessionTable {
  private final Map<Long, Session> sessions = new LinkedHashMap<>();

  Optional<Session> find(long sessionId) {
    return Optional.ofNullable(sessions.get(sessionId));
  }

  void add(Session session) {
    if (sessions.putIfAbsent(session.id(), session) != null) {
      throw new IllegalStateException("session id " + session.id() + " was given out twice");
    }
  }

  void remove(Session session) {
    sessions.remove(session.id());
  }

  int size() {
    return sessions.size();
  }

  List<Session> all() {
    return List.copyOf(sessions.values());
  }

  boolean hasValid() {
    return sessions.values().stream().anyMatch(Session::isValid);
  }

  boolean hasOpens() {
    return sessions.values().stream().anyMatch(session -> session.openCount() > 0);
  }

  void clear() {
    sessions.clear();
  }
}
