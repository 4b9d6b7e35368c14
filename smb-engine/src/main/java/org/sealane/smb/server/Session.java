package org.sealane.smb.server;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.io.FileId;
import org.sealane.smb.negotiate.PreauthIntegrityHash;

/**
 * A session as one connection has it, [MS-SMB2] 3.3.1.8: its first channel, or one that was bound
 * to it later. Each channel authenticates and signs for itself; trees, opens and cipher keys are
 * the session's. Belongs to the owner thread of its connection, which is the same for all channels.
 *
 * <p>States: {@code Authenticating -> Valid -> Ending}, {@code Authenticating -> Refusing}, {@code
 * Valid -> (Expired ->) Renewing -> Valid}, to Ending also from Expired and Renewing, and from each
 * of them out of the connection's table.
 */
final class Session implements AutoCloseable {
  /** Where a session stands, with what it needs there. */
  sealed interface State {
    /**
     * SESSION_SETUP goes on.
     *
     * @param hash preauthentication integrity so far
     * @param steps requests taken
     * @param stepping true while a worker has the context
     */
    record Authenticating(
        SecurityContext context, PreauthIntegrityHash hash, int steps, boolean stepping)
        implements State {}

    /** The peer was told why it is refused, and is owed the final failure. */
    record Refusing() implements State {}

    /** Requests are served. */
    record Valid(SessionSecurity security) implements State {}

    /** Its time is over: it must be reauthenticated before requests are served again. */
    record Expired(SessionSecurity security) implements State {}

    /**
     * SESSION_SETUP reauthenticates it.
     *
     * @param steps requests taken
     * @param stepping true while a worker has the context
     * @param expired whether requests wait for the end of it
     */
    record Renewing(
        SessionSecurity security,
        SecurityContext context,
        int steps,
        boolean stepping,
        boolean expired)
        implements State {}

    /** No new request is served; keys stay for the responses of those under way. */
    record Ending(SessionSecurity security) implements State {}
  }

  private final long id;
  private final SessionObjects objects;

  /** Of a bound channel: what protects the session, held until the channel is valid. */
  private final Optional<SessionSecurity> bound;

  private State state;
  private Runnable end = () -> {};
  private Consumer<CacheBreak> tell = _ -> {};
  private Optional<SessionTable> table = Optional.empty();
  private boolean awaitsPrevious;
  private boolean entered;
  private boolean failed;
  private boolean closed;

  private Session(
      long id,
      SessionObjects objects,
      Optional<SessionSecurity> bound,
      SecurityContext context,
      PreauthIntegrityHash hash) {
    this.id = id;
    this.objects = objects;
    this.bound = bound;
    this.state = new State.Authenticating(context, hash, 0, false);
    objects.addChannel(this);
  }

  /** A new session's first channel. */
  static Session first(long id, SecurityContext context, PreauthIntegrityHash hash) {
    return new Session(id, new SessionObjects(), Optional.empty(), context, hash);
  }

  /** One more channel of this session, which is valid. */
  Session another(SecurityContext context, PreauthIntegrityHash hash) {
    SessionSecurity security = objects.established().orElseThrow().security();
    security.retain();
    return new Session(id, objects, Optional.of(security), context, hash);
  }

  /** What it shares with the session's other channels. */
  SessionObjects objects() {
    return objects;
  }

  /** Of a channel that was bound to a session: what protects that, and the binding. */
  Optional<SessionSecurity> bound() {
    return bound;
  }

  /** Tells it in which table it is. */
  void enter(SessionTable entered) {
    table = Optional.of(entered);
  }

  /** Out of its connection's table, and closed. */
  void leave() {
    table.ifPresent(entered -> entered.remove(this));
    close();
  }

  /** How its connection is asked to end it; must not block. */
  void endBy(Runnable action) {
    end = action;
  }

  /** How its connection is told of a break, on any thread. */
  void tellBy(Consumer<CacheBreak> teller) {
    tell = teller;
  }

  void tell(CacheBreak broken) {
    tell.accept(broken);
  }

  /** Has the connections of its other channels end the session. */
  void endOthers() {
    objects.channels().stream()
        .filter(channel -> channel != this)
        .forEach(channel -> channel.end.run());
  }

  /** Has the connections of all channels end the session. */
  void endAll() {
    objects.channels().forEach(channel -> channel.end.run());
  }

  long id() {
    return id;
  }

  State state() {
    return state;
  }

  /** The only way a state changes. */
  void state(State next) {
    boolean legal =
        switch (state) {
          case State.Authenticating _ -> !(next instanceof State.Ending);
          case State.Refusing _ -> false;
          case State.Valid _ ->
              next instanceof State.Ending
                  || next instanceof State.Expired
                  || next instanceof State.Renewing;
          case State.Expired _ ->
              next instanceof State.Ending
                  || next instanceof State.Valid
                  || next instanceof State.Renewing;
          case State.Renewing _ ->
              next instanceof State.Ending
                  || next instanceof State.Valid
                  || next instanceof State.Renewing;
          case State.Ending _ -> false;
        };
    if (!legal) {
      throw new IllegalStateException("session " + id + ": " + state + " -> " + next);
    }
    state = next;
  }

  /** True once the server knows that it is valid; it is told once. */
  boolean isEntered() {
    return entered;
  }

  void entered() {
    entered = true;
  }

  /** True if its reauthentication has failed, so that nothing of it is to be kept. */
  boolean hasFailed() {
    return failed;
  }

  void fail(SessionSecurity security) {
    state(new State.Ending(security));
    failed = true;
  }

  /** True while its requests are served. */
  boolean isValid() {
    return isLive() && !isExpired();
  }

  /** True while it has its trees and opens, if perhaps it must be reauthenticated first. */
  boolean isLive() {
    return !awaitsPrevious
        && switch (state) {
          case State.Valid _, State.Expired _, State.Renewing _ -> true;
          case State.Authenticating _, State.Refusing _, State.Ending _ -> false;
        };
  }

  /** True if requests are refused until it is reauthenticated. */
  boolean isExpired() {
    return state instanceof State.Expired
        || (state instanceof State.Renewing renewing && renewing.expired());
  }

  /** Its time is over, if it is a user's; nobody puts that off by reauthenticating for ever. */
  void expire() {
    switch (state) {
      case State.Valid(SessionSecurity security) when security.peer() instanceof Principal.User ->
          state(new State.Expired(security));
      case State.Renewing renewing ->
          state(
              new State.Renewing(
                  renewing.security(),
                  renewing.context(),
                  renewing.steps(),
                  renewing.stepping(),
                  true));
      case State.Valid _,
          State.Authenticating _,
          State.Refusing _,
          State.Expired _,
          State.Ending _ -> {}
    }
  }

  /** Ends it where it is valid or expired; a reauthentication under way keeps its state. */
  void end() {
    switch (state) {
      case State.Valid(SessionSecurity security) -> state(new State.Ending(security));
      case State.Expired(SessionSecurity security) -> state(new State.Ending(security));
      case State.Authenticating _, State.Refusing _, State.Renewing _, State.Ending _ -> {}
    }
  }

  /** While true, the session that it replaces has not ended, and no request of it is served. */
  void awaitPrevious(boolean awaits) {
    awaitsPrevious = awaits;
  }

  /** What protects it, once it is authenticated. */
  Optional<SessionSecurity> security() {
    return switch (state) {
      case State.Valid(SessionSecurity security) -> Optional.of(security);
      case State.Expired(SessionSecurity security) -> Optional.of(security);
      case State.Renewing renewing -> Optional.of(renewing.security());
      case State.Ending(SessionSecurity security) -> Optional.of(security);
      case State.Authenticating _, State.Refusing _ -> Optional.empty();
    };
  }

  /** Requests under way that need its tables. */
  UseCount uses() {
    return objects.uses();
  }

  Optional<TreeConnect> tree(int treeId) {
    return objects.tree(treeId);
  }

  Collection<TreeConnect> trees() {
    return objects.trees();
  }

  TreeConnect connectTree(ShareResolver.Granted grant) {
    return objects.connectTree(grant);
  }

  /** TREE_CONNECT requests under way, which count for the limit. */
  int treesBeingMade() {
    return objects.treesBeingMade();
  }

  void beginTree() {
    objects.beginTree();
  }

  void endTree() {
    objects.endTree();
  }

  void removeTree(TreeConnect tree) {
    objects.removeTree(tree);
  }

  /** The open of that id on that tree, unless it is being closed. */
  Optional<Open> open(FileId fileId, TreeConnect tree) {
    return objects.open(fileId, tree);
  }

  /** Opens in the table, and those that CREATE requests under way may add. */
  int openCount() {
    return objects.openCount();
  }

  void beginOpen() {
    objects.beginOpen();
  }

  /** A CREATE ended without an open. */
  void cancelOpen() {
    objects.cancelOpen();
  }

  void completeOpen(Open open) {
    objects.completeOpen(open);
  }

  /** Takes the open out of the table, so that no later request finds it. */
  void removeOpen(Open open) {
    objects.removeOpen(open);
  }

  List<Open> opensOf(TreeConnect tree) {
    return objects.opensOf(tree);
  }

  List<Open> opens() {
    return objects.opens();
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Lets go of what its state holds, and is no channel of its session any more. The opens of the
   * last channel are the caller's to let go of. Idempotent.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    objects.removeChannel(this);
    switch (state) {
      case State.Authenticating authenticating -> {
        // A worker that has the context closes it when it comes back.
        if (!authenticating.stepping()) {
          authenticating.context().close();
        }
        bound.ifPresent(SessionSecurity::release);
      }
      case State.Refusing _ -> bound.ifPresent(SessionSecurity::release);
      case State.Valid(SessionSecurity security) -> security.release();
      case State.Expired(SessionSecurity security) -> security.release();
      case State.Renewing renewing -> {
        if (!renewing.stepping()) {
          renewing.context().close();
        }
        renewing.security().release();
      }
      case State.Ending(SessionSecurity security) -> security.release();
    }
  }
}
