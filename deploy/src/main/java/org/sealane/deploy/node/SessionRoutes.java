package org.sealane.deploy.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.status.ClientLimits;
import org.sealane.deploy.status.ClientSessions;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ServerStatus;
import org.sealane.smb.server.ServerStatus.PayloadBytes;
import org.sealane.smb.server.ServerStatus.TreeStatus;

/** Users' sessions on this node: who they are, and an end to one of them. */
final class SessionRoutes {
  private final String node;
  private final UserListener users;

  SessionRoutes(String node, UserListener users) {
    this.node = node;
    this.users = users;
  }

  List<AdminRoute> routes() {
    return List.of(
        new AdminRoute(Method.GET, ClientSessions.PATH, Access.MEMBERS, this::sessions),
        new AdminRoute(Method.GET, ClientLimits.PATH, Access.MEMBERS, this::limits),
        AdminRoute.change(Method.POST, ClientSessions.DISCONNECT, this::disconnect));
  }

  private AdminReply limits(AdminRequest request) {
    return new AdminReply.Value(
        new ClientLimits(
            users.limits().stream()
                .map(limit ->
                    new ClientLimits.Bound(
                        node,
                        "smb-" + limit.limit().word(),
                        limit.value(),
                        limit.now().isPresent() ? limit.now().getAsInt() : null))
                .toList()));
  }

  private AdminReply sessions(AdminRequest request) {
    List<ClientSessions.Session> sessions = new ArrayList<>();
    for (ServerStatus.ConnectionStatus connection : users.status().connections()) {
      for (ServerStatus.SessionStatus session : connection.sessions()) {
        sessions.add(session(connection, session));
      }
    }
    return new AdminReply.Value(new ClientSessions(sessions));
  }

  private ClientSessions.Session session(
      ServerStatus.ConnectionStatus connection, ServerStatus.SessionStatus session) {
    PayloadBytes payload =
        session.trees().stream()
            .map(tree -> tree.sent().plus(tree.received()))
            .reduce(new PayloadBytes(0, 0, 0), PayloadBytes::plus);
    return new ClientSessions.Session(
        node + ":" + HexFormat.of().toHexDigits(session.sessionId()),
        node,
        session.peer().name(),
        connection.peer().getAddress().getHostAddress() + ":" + connection.peer().getPort(),
        connection.dialect(),
        connection.cipher().map(CipherId::word).orElse(null),
        connection.signing().map(SigningAlgorithm::word).orElse(null),
        session.trees().stream().map(TreeStatus::name).toList(),
        session.trees().stream().mapToInt(TreeStatus::opens).sum(),
        payload.sealed(),
        payload.signed(),
        payload.clear());
  }

  private AdminReply disconnect(AdminRequest request) throws AdminException, IOException {
    ClientSessions.Disconnect asked = request.json(ClientSessions.Disconnect.class);
    String digits = asked.session().substring(asked.session().lastIndexOf(':') + 1);
    long id;
    try {
      id = HexFormat.fromHexDigitsToLong(digits);
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, "'" + asked.session() + "' is not a session", e);
    }
    if (!users.disconnect(id)) {
      throw new AdminException(Kind.ABSENT, "there is no session " + asked.session());
    }
    return new AdminReply.Value(asked);
  }
}
