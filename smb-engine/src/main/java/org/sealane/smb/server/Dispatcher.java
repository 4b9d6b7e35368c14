package org.sealane.smb.server;

import java.util.Optional;
import java.util.UUID;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.io.FileId;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.EchoRequestCodec;
import org.sealane.smb.wire.EchoResponse;
import org.sealane.smb.wire.EchoResponseCodec;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/**
 * Finds what a request is about, checks what all requests have in common, [MS-SMB2] 3.3.5.2.9 and
 * 3.3.5.2.11, and hands it to the class of its command. Owner thread.
 */
final class Dispatcher {
  private final ConnectionEnvironment environment;
  private final SessionTable sessions;
  private final EventSink events;
  private final SessionCommands sessionCommands;
  private final TreeCommands treeCommands;
  private final OpenCommands openCommands;
  private final DataCommands dataCommands;
  private final InformationCommands informationCommands;
  private final ControlCommands controlCommands;

  /** Ends a request with an error status. Carries no stack: peers cause it at will. */
  static final class Refusal extends Exception {
    private final transient NtStatus status;

    Refusal(NtStatus status) {
      super(null, null, false, false);
      this.status = status;
    }

    NtStatus status() {
      return status;
    }
  }

  Dispatcher(
      ConnectionEnvironment environment,
      SessionTable sessions,
      EventSink events,
      SessionCommands sessionCommands,
      TreeCommands treeCommands,
      CacheCommands cacheCommands,
      Resumption resumption) {
    this.environment = environment;
    this.sessions = sessions;
    this.events = events;
    this.sessionCommands = sessionCommands;
    this.treeCommands = treeCommands;
    this.openCommands = new OpenCommands(environment, events, cacheCommands, resumption);
    this.dataCommands =
        new DataCommands(
            environment, new PlacedCommands(environment, events, sessionCommands::rdmaTransforms));
    this.informationCommands = new InformationCommands(environment);
    this.controlCommands = new ControlCommands(environment, sessionCommands);
  }

  /** Looks at the exchange's current request. */
  Step begin(Exchange exchange) {
    Request request = exchange.current();
    if (!request.isRelated()) {
      exchange.forgetRelatedFileId();
    }
    if (request.refusal().isPresent()) {
      return Step.error(request.refusal().get());
    }
    Optional<Command> command = request.command();
    if (command.isEmpty()) {
      return Step.error(NtStatus.INVALID_PARAMETER);
    }
    try {
      if (request.isRelated() && exchange.previous().isEmpty()) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
      return route(exchange, request, command.get());
    } catch (MalformedMessageException e) {
      return Step.error(NtStatus.INVALID_PARAMETER);
    } catch (Refusal refusal) {
      return Step.error(refusal.status());
    }
  }

  private Step route(Exchange exchange, Request request, Command command)
      throws MalformedMessageException, Refusal {
    return switch (command) {
      case NEGOTIATE -> sessionCommands.negotiate(request);
      case SESSION_SETUP -> sessionCommands.setup(exchange, request);
      case ECHO -> echo(request);
      case LOGOFF -> sessionCommands.logoff(exchange, request, session(exchange, request));
      case TREE_CONNECT -> treeCommands.connect(request, session(exchange, request));
      case CANCEL -> throw new IllegalStateException("CANCEL is not an exchange");
      case TREE_DISCONNECT,
          CREATE,
          CLOSE,
          FLUSH,
          READ,
          WRITE,
          LOCK,
          IOCTL,
          QUERY_DIRECTORY,
          QUERY_INFO,
          SET_INFO,
          CHANGE_NOTIFY,
          OPLOCK_BREAK ->
          routeOnTree(tree(exchange, request), command);
    };
  }

  private Step routeOnTree(Call call, Command command) throws MalformedMessageException, Refusal {
    return switch (command) {
      case TREE_DISCONNECT -> treeCommands.disconnect(call);
      case CREATE -> openCommands.create(call);
      case CLOSE -> openCommands.close(call);
      case FLUSH -> openCommands.flush(call);
      case READ -> dataCommands.read(call);
      case WRITE -> dataCommands.write(call);
      case LOCK -> LockCommands.lock(call);
      case CHANGE_NOTIFY -> NotifyCommands.notify(call, environment.limit(Limit.PAYLOAD_BYTES));
      case OPLOCK_BREAK -> CacheCommands.acknowledge(call);
      case IOCTL -> controlCommands.ioctl(call);
      case QUERY_DIRECTORY -> informationCommands.queryDirectory(call);
      case QUERY_INFO -> informationCommands.queryInfo(call);
      case SET_INFO -> informationCommands.setInfo(call);
      case NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, CANCEL, ECHO ->
          throw new IllegalStateException(command + " is not about a tree's files");
    };
  }

  private static Step echo(Request request) throws MalformedMessageException {
    EchoRequestCodec.decode(request.reader());
    return new Step.Done(
        Response.success(out -> EchoResponseCodec.encode(new EchoResponse(), out)));
  }

  /** [MS-SMB2] 3.3.5.2.9. */
  private Session session(Exchange exchange, Request request) throws Refusal {
    Optional<Session> found =
        request.isRelated()
            ? exchange.previous().flatMap(Request::session)
            : sessions.find(request.header().sessionId());
    if (found.isEmpty() && request.isRelated()) {
      // [MS-SMB2] 3.3.5.2.7.2: the request before had none that this one could go on with.
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    Session session =
        found.filter(Session::isLive).orElseThrow(() -> new Refusal(NtStatus.USER_SESSION_DELETED));
    SessionSecurity security = session.security().orElseThrow();
    if (exchange.security().filter(held -> held != security).isPresent()) {
      // One frame is protected by one session; no client mixes several.
      throw new Refusal(NtStatus.USER_SESSION_DELETED);
    }
    exchange.protectWith(security);
    request.session(session);
    if (session.isExpired() && !request.command().filter(Dispatcher::endsUse).isPresent()) {
      throw new Refusal(NtStatus.NETWORK_SESSION_EXPIRED);
    }
    // An unprotected TREE_CONNECT has consequences of its own, [MS-SMB2] 3.3.5.7.
    boolean connects = request.command().filter(Command.TREE_CONNECT::equals).isPresent();
    Level levelMin = security.levelMin();
    if (!request.level().satisfies(levelMin)
        && !(connects && security.requiresSignedTreeConnect() && levelMin == Level.SIGN)) {
      throw refuseWeak(request, security, "");
    }
    return session;
  }

  /** What is served of a session that has expired: whatever lets go. */
  private static boolean endsUse(Command command) {
    return command == Command.LOGOFF || command == Command.CLOSE || command == Command.LOCK;
  }

  /** [MS-SMB2] 3.3.5.2.11, and the tree's own gate. */
  private Call tree(Exchange exchange, Request request) throws Refusal {
    Session session = session(exchange, request);
    Optional<TreeConnect> found =
        request.isRelated()
            ? exchange.previous().flatMap(Request::tree).filter(TreeConnect::isConnected)
            : session.tree(request.header().treeId());
    TreeConnect tree = found.orElseThrow(() -> new Refusal(NtStatus.NETWORK_NAME_DELETED));
    request.tree(tree);
    request.enter(tree.gate());
    if (!tree.gate().accepts(request.level())) {
      throw refuseWeak(request, session.security().orElseThrow(), tree.grant().name());
    }
    return new Call(
        exchange, request, session, tree, sessionCommands.negotiated().orElseThrow().peerGuid());
  }

  private Refusal refuseWeak(Request request, SessionSecurity security, String tree) {
    events.accept(
        new ServerEvent.WeakRequestRefused(
            environment.connectionId(),
            environment.peer(),
            security.peer().name(),
            tree,
            request.level()));
    return new Refusal(NtStatus.ACCESS_DENIED);
  }

  /** One request with what it is about. */
  record Call(
      Exchange exchange, Request request, Session session, TreeConnect tree, UUID clientGuid) {

    /** Who asks. */
    Principal peer() {
      return session.security().orElseThrow().peer();
    }

    /** The open that the request names, held until the request is answered. */
    Open open(FileId named) throws Refusal {
      FileId fileId = named;
      if (named.equals(FileId.NONE) && request.isRelated()) {
        // [MS-SMB2] 3.3.5.2.7.2: it continues with the file of the request before, or fails with
        // it.
        fileId = exchange.relatedFileId().orElseThrow(this::previousFailure);
      }
      Open open = session.open(fileId, tree).orElseThrow(() -> new Refusal(NtStatus.FILE_CLOSED));
      exchange.relatedFileId(fileId);
      return open;
    }

    private Refusal previousFailure() {
      NtStatus status = exchange.previousStatus();
      return new Refusal(status.isError() ? status : NtStatus.INVALID_PARAMETER);
    }

    /** Holds session and tree until the request is answered. */
    void use() {
      request.use(session.uses());
      request.use(tree.uses());
    }

    /**
     * Holds session, tree and open until the request is answered. Refuses what changes a file if it
     * is stale, or sent again while its first sending may be under way, [MS-SMB2] 3.3.5.2.10.
     */
    void use(Open open) throws Refusal {
      Optional<UseCount> counted =
          open.channelSequence()
              .admit(
                  request.header().channelSequence(),
                  request.header().has(HeaderFlags.REPLAY_OPERATION));
      if (counted.isEmpty() && request.command().filter(Call::changesFiles).isPresent()) {
        throw new Refusal(NtStatus.FILE_NOT_AVAILABLE);
      }
      use();
      request.open(open);
      request.use(open.uses());
      counted.ifPresent(request::use);
    }

    private static boolean changesFiles(Command command) {
      return command == Command.WRITE || command == Command.SET_INFO || command == Command.IOCTL;
    }

    /**
     * Refuses unless the request's credits pay for its payloads, [MS-SMB2] 3.3.5.2.5, neither
     * passes {@code maxBytes}, and the response fits the frame with those before it.
     */
    void requirePayload(long requestBytes, long responseBytes, long maxBytes) throws Refusal {
      long larger = Math.max(requestBytes, responseBytes);
      if (larger > maxBytes || !CreditCharge.covers(request.header().creditCharge(), larger)) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
      if (!exchange.reserveResponse(responseBytes, maxBytes)) {
        throw new Refusal(NtStatus.INSUFFICIENT_RESOURCES);
      }
    }
  }

  /** Goes on with an exchange that was parked. */
  @FunctionalInterface
  interface Resumption {
    void resume(Exchange exchange, Operation operation);
  }
}
