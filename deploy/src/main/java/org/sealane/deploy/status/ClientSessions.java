package org.sealane.deploy.status;

import java.util.List;

/** Who of the users is connected, as {@code server sessions} shows it. */
public record ClientSessions(List<Session> sessions) {
  /** Route of one node's sessions. */
  public static final String PATH = "/v1/sessions";

  /** Route that ends one of them. */
  public static final String DISCONNECT = "/v1/disconnect";

  public ClientSessions {
    sessions = List.copyOf(sessions);
  }

  /**
   * One session.
   *
   * @param session its id, which {@code server disconnect} takes: the node, a colon, 16 hexadecimal
   *     digits
   * @param cipher null if none was agreed
   * @param volumes names of its trees
   * @param sealedBytes payload both ways, by how it travelled
   */
  public record Session(
      String session,
      String node,
      String user,
      String address,
      String dialect,
      String cipher,
      String signing,
      List<String> volumes,
      int opens,
      long sealedBytes,
      long signedBytes,
      long clearBytes) {
    public Session {
      volumes = List.copyOf(volumes);
    }
  }

  /** Asks for the end of a session. */
  public record Disconnect(String session) {}
}
