package org.sealane.smb.server;

import java.util.List;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.server.Dispatcher.Resumption;
import org.sealane.smb.tree.ShareFlags;
import org.sealane.smb.tree.TreeConnectRequest;
import org.sealane.smb.tree.TreeConnectRequestCodec;
import org.sealane.smb.tree.TreeConnectResponse;
import org.sealane.smb.tree.TreeConnectResponseCodec;
import org.sealane.smb.tree.TreeDisconnectRequestCodec;
import org.sealane.smb.tree.TreeDisconnectResponse;
import org.sealane.smb.tree.TreeDisconnectResponseCodec;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/** TREE_CONNECT and TREE_DISCONNECT, [MS-SMB2] 3.3.5.7 and 3.3.5.8. Owner thread. */
final class TreeCommands {
  private final ConnectionEnvironment environment;
  private final EventSink events;
  private final Resumption resumption;

  TreeCommands(ConnectionEnvironment environment, EventSink events, Resumption resumption) {
    this.environment = environment;
    this.events = events;
    this.resumption = resumption;
  }

  Step connect(Request request, Session session) throws MalformedMessageException, Refusal {
    TreeConnectRequest asked = TreeConnectRequestCodec.decode(request.reader());
    // [MS-SMB2] 3.3.5.7: in 3.1.1 "if the request is not signed or not encrypted, the server MUST
    // disconnect the connection".
    SessionSecurity security = session.security().orElseThrow();
    if (security.requiresSignedTreeConnect() && !request.level().satisfies(Level.SIGN)) {
      return new Step.Disconnect("TREE_CONNECT neither signed nor encrypted");
    }
    int limit = environment.limit(Limit.TREES_PER_SESSION);
    if (session.trees().size() + session.treesBeingMade() >= limit) {
      events.accept(
          new ServerEvent.LimitReached(
              environment.connectionId(),
              environment.peer(),
              Limit.TREES_PER_SESSION.word(),
              limit));
      throw new Refusal(NtStatus.INSUFFICIENT_RESOURCES);
    }
    ShareResolver.TreeRequest tree =
        new ShareResolver.TreeRequest(
            security.peer(),
            asked.path(),
            security.keys().parameters().cipher(),
            security.keys().parameters().signing());
    request.use(session.uses());
    session.beginTree();
    ShareResolver resolver = environment.resolver();
    return new Step.Run(Operation.of(0, () -> new Outcome.Resolved(tree, resolver.resolve(tree))));
  }

  /** A worker has asked the resolver. */
  Response resolved(Request request, Outcome.Resolved resolved) {
    Session session = request.session().orElseThrow();
    session.endTree();
    return switch (resolved.resolution()) {
      case ShareResolver.Granted granted when refusesUnencrypted(session, resolved, granted) ->
          Response.error(NtStatus.ACCESS_DENIED);
      case ShareResolver.Granted given -> {
        boolean encrypts = session.security().orElseThrow().encrypts();
        ShareResolver.Granted granted = encrypts ? given : given.withoutEncryption();
        TreeConnect tree = session.connectTree(granted);
        request.tree(tree);
        int flags =
            granted.encryptData()
                ? ShareFlags.NO_CACHING | ShareFlags.ENCRYPT_DATA
                : ShareFlags.NO_CACHING;
        yield Response.success(out ->
            TreeConnectResponseCodec.encode(
                new TreeConnectResponse(
                    granted.backend().type(), flags, 0, granted.maximalAccess()),
                out));
      }
      case ShareResolver.Refused refused -> {
        events.accept(
            new ServerEvent.TreeRefused(
                environment.connectionId(),
                environment.peer(),
                resolved.request().peer().name(),
                resolved.request().path(),
                refused.status(),
                refused.reason()));
        yield Response.error(refused.status());
      }
    };
  }

  /** [MS-SMB2] 3.3.5.7: a share to be encrypted, and a client that can not. */
  private boolean refusesUnencrypted(
      Session session, Outcome.Resolved resolved, ShareResolver.Granted granted) {
    if (!granted.encryptData() || session.security().orElseThrow().encrypts()) {
      return false;
    }
    boolean refused = environment.settings().access().rejectUnencryptedAccess();
    events.accept(
        new ServerEvent.UnencryptedAccess(
            environment.connectionId(),
            environment.peer(),
            resolved.request().peer().name(),
            granted.name(),
            "",
            refused));
    return refused;
  }

  Step disconnect(Call call) throws MalformedMessageException {
    TreeDisconnectRequestCodec.decode(call.request().reader());
    TreeConnect tree = call.tree();
    call.request().use(call.session().uses());
    tree.disconnecting();
    tree.uses()
        .whenIdle(() -> resumption.resume(call.exchange(), closeAll(call.session().opensOf(tree))));
    return new Step.Parked();
  }

  /** The opens of a TREE_DISCONNECT are closed. */
  void disconnected(Session session, TreeConnect tree) {
    session.opensOf(tree).forEach(session::removeOpen);
    session.removeTree(tree);
  }

  private static Operation closeAll(List<Open> opens) {
    return Operation.certain(() -> {
      OpenCommands.closeShares(opens);
      return new Outcome.Closed(
          Response.success(
              out -> TreeDisconnectResponseCodec.encode(new TreeDisconnectResponse(), out)));
    });
  }
}
