package org.sealane.smb.server;

/** Enters in a connection's tables what workers have done. Owner thread. */
final class Settlement {
  private final ConnectionEnvironment environment;
  private final EventSink events;
  private final SessionCommands sessionCommands;
  private final TreeCommands treeCommands;
  private final Departures departures;

  Settlement(
      ConnectionEnvironment environment,
      EventSink events,
      SessionCommands sessionCommands,
      TreeCommands treeCommands,
      Departures departures) {
    this.environment = environment;
    this.events = events;
    this.sessionCommands = sessionCommands;
    this.treeCommands = treeCommands;
    this.departures = departures;
  }

  /**
   * Gives the response to the exchange's current request.
   *
   * @param closed whether the connection is, so that nothing new may enter its tables
   */
  Response settle(Exchange exchange, Outcome outcome, boolean closed) {
    Request request = exchange.current();
    return switch (outcome) {
      case Outcome.Answered(Response response) -> {
        failed(request);
        yield response;
      }
      case Outcome.Suspected(String evidence, Response response) -> {
        failed(request);
        events.accept(
            new ServerEvent.TamperingSuspected(
                environment.connectionId(), environment.peer(), evidence));
        yield response;
      }
      case Outcome.Later _ -> throw new IllegalStateException("nothing has come of it yet");
      case Outcome.Opened(Open open, Response response) -> {
        Session session = request.session().orElseThrow();
        if (closed) {
          session.cancelOpen();
          departures.letGo(open);
        } else {
          session.completeOpen(open);
          exchange.opened().add(open);
          exchange.relatedFileId(open.id());
        }
        yield response;
      }
      case Outcome.Closed(Response response) -> {
        closed(request);
        yield response;
      }
      case Outcome.Authenticated(var step) ->
          closed
              ? sessionCommands.abandoned(exchange, step)
              : sessionCommands.authenticated(exchange, step);
      case Outcome.Resolved resolved -> treeCommands.resolved(request, resolved);
    };
  }

  /** Takes back what a request had begun in the tables, if its outcome is a mere answer. */
  private void failed(Request request) {
    switch (request.command().orElseThrow()) {
      case CREATE -> request.session().ifPresent(Session::cancelOpen);
      case TREE_CONNECT -> request.session().ifPresent(Session::endTree);
      case SESSION_SETUP -> request.session().ifPresent(sessionCommands::authenticationFailed);
      case LOGOFF, TREE_DISCONNECT -> closed(request);
      case NEGOTIATE, CLOSE, FLUSH, READ, WRITE, LOCK, IOCTL, CANCEL, ECHO -> {}
      case QUERY_DIRECTORY, CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK -> {}
    }
  }

  private void closed(Request request) {
    Session session = request.session().orElseThrow();
    request
        .tree()
        .ifPresentOrElse(
            tree -> treeCommands.disconnected(session, tree),
            () -> {
              sessionCommands.loggedOff(session);
              departures.whenUnused(session);
            });
  }
}
