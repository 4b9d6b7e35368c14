package org.sealane.smb.server;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * Who is connected to a server at one moment. A copy; taking it disturbs no traffic.
 *
 * @param connections open connections, oldest first
 */
public record ServerStatus(List<ConnectionStatus> connections) {
  public ServerStatus {
    connections = List.copyOf(connections);
  }

  /**
   * One connection.
   *
   * @param id its number, as in logs
   * @param transport the transport's name
   * @param provider what carries the transport
   * @param state the connection's state
   * @param dialect as {@code 3.1.1}; empty before negotiation
   * @param cipher empty if none was agreed
   * @param signing empty before negotiation
   * @param requestsUnderWay read and not answered yet
   * @param sessions its valid sessions
   */
  public record ConnectionStatus(
      long id,
      InetSocketAddress peer,
      String transport,
      String provider,
      String state,
      String dialect,
      Optional<CipherId> cipher,
      Optional<SigningAlgorithm> signing,
      int requestsUnderWay,
      List<SessionStatus> sessions) {
    public ConnectionStatus {
      sessions = List.copyOf(sessions);
    }
  }

  /**
   * One limit.
   *
   * @param now what counts towards it in the whole server; empty if it is no count of that kind
   */
  public record LimitStatus(Limit limit, int value, OptionalInt now) {}

  /** One valid session. */
  public record SessionStatus(long sessionId, Principal peer, List<TreeStatus> trees) {
    public SessionStatus {
      trees = List.copyOf(trees);
    }
  }

  /**
   * One tree.
   *
   * @param treeId its number within the session
   * @param name as the resolver named it
   * @param opens open files and directories
   * @param sent payload bytes of responses
   * @param received payload bytes of requests
   */
  public record TreeStatus(
      int treeId, String name, int opens, PayloadBytes sent, PayloadBytes received) {}

  /** Payload bytes that passed, by how they travelled. */
  public record PayloadBytes(long sealed, long signed, long clear) {
    public PayloadBytes plus(PayloadBytes other) {
      return new PayloadBytes(sealed + other.sealed, signed + other.signed, clear + other.clear);
    }
  }
}
