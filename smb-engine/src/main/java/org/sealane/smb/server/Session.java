package org.sealane.smb.server;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.io.FileId;
import org.sealane.smb.negotiate.PreauthIntegrityHash;

/**
 * A session, [MS-SMB2] 3.3.1.8. It lives on one connection, and belongs to its owner thread.
 *
 * <p>States: {@code Authenticating -> Valid -> Ending}, {@code Authenticating -> Refusing}, and
 * from each of them out of the connection's table.
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

    /** No new request is served; keys stay for the responses of those under way. */
    record Ending(SessionSecurity security) implements State {}
  }

  private final long id;
  private final Map<Integer, TreeConnect> trees = new HashMap<>();
  private final Map<Long, Open> opens = new HashMap<>();
  private final UseCount uses = new UseCount();
  private State state;
  private int nextTreeId = 1;
  private int treesBeingMade;
  private int opensBeingMade;
  private boolean awaitsPrevious;
  private boolean closed;

  Session(long id, SecurityContext context, PreauthIntegrityHash hash) {
    this.id = id;
    this.state = new State.Authenticating(context, hash, 0, false);
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
          case State.Valid _ -> next instanceof State.Ending;
          case State.Ending _ -> false;
        };
    if (!legal) {
      throw new IllegalStateException("session " + id + ": " + state + " -> " + next);
    }
    state = next;
  }

  /** True while its requests are served. */
  boolean isValid() {
    return state instanceof State.Valid && !awaitsPrevious;
  }

  /** False once it is ending. */
  boolean isServed() {
    return state instanceof State.Valid;
  }

  /** While true, the session that it replaces has not ended, and no request of it is served. */
  void awaitPrevious(boolean awaits) {
    awaitsPrevious = awaits;
  }

  /** What protects it, once it is authenticated. */
  Optional<SessionSecurity> security() {
    return switch (state) {
      case State.Valid(SessionSecurity security) -> Optional.of(security);
      case State.Ending(SessionSecurity security) -> Optional.of(security);
      case State.Authenticating _, State.Refusing _ -> Optional.empty();
    };
  }

  /** Requests under way that need its tables. */
  UseCount uses() {
    return uses;
  }

  Optional<TreeConnect> tree(int treeId) {
    return Optional.ofNullable(trees.get(treeId)).filter(TreeConnect::isConnected);
  }

  Collection<TreeConnect> trees() {
    return trees.values();
  }

  TreeConnect connectTree(ShareResolver.Granted grant) {
    TreeConnect tree = new TreeConnect(nextTreeId++, grant);
    trees.put(tree.id(), tree);
    return tree;
  }

  /** TREE_CONNECT requests under way, which count for the limit. */
  int treesBeingMade() {
    return treesBeingMade;
  }

  void beginTree() {
    treesBeingMade++;
  }

  void endTree() {
    treesBeingMade--;
  }

  void removeTree(TreeConnect tree) {
    trees.remove(tree.id());
  }

  /** The open of that id on that tree, unless it is being closed. */
  Optional<Open> open(FileId fileId, TreeConnect tree) {
    return Optional.ofNullable(opens.get(fileId.volatileId()))
        .filter(open -> open.id().equals(fileId) && open.tree() == tree);
  }

  /** Opens in the table, and those that CREATE requests under way may add. */
  int openCount() {
    return opens.size() + opensBeingMade;
  }

  void beginOpen() {
    opensBeingMade++;
  }

  /** A CREATE ended without an open. */
  void cancelOpen() {
    opensBeingMade--;
  }

  void completeOpen(Open open) {
    opensBeingMade--;
    opens.put(open.id().volatileId(), open);
    open.tree().openCount().incrementAndGet();
  }

  /** Takes the open out of the table, so that no later request finds it. */
  void removeOpen(Open open) {
    if (opens.remove(open.id().volatileId()) != null) {
      open.outOfTable();
      open.tree().openCount().decrementAndGet();
    }
  }

  List<Open> opensOf(TreeConnect tree) {
    return opens.values().stream().filter(open -> open.tree() == tree).toList();
  }

  List<Open> opens() {
    return List.copyOf(opens.values());
  }

  /** Lets go of what its state holds. Its opens are the caller's to close, before. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    switch (state) {
      case State.Authenticating authenticating -> {
        // A worker that has the context closes it when it comes back.
        if (!authenticating.stepping()) {
          authenticating.context().close();
        }
      }
      case State.Refusing _ -> {}
      case State.Valid(SessionSecurity security) -> security.release();
      case State.Ending(SessionSecurity security) -> security.release();
    }
  }
}
