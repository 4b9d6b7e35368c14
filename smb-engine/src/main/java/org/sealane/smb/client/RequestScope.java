package org.sealane.smb.client;

import java.util.Optional;

/**
 * What a request belongs to.
 *
 * @param sessionId the header's SessionId; 0 for NEGOTIATE and the first SESSION_SETUP
 * @param session the session whose keys protect it; empty for NEGOTIATE and SESSION_SETUP
 * @param tree empty for requests on no tree
 */
record RequestScope(long sessionId, Optional<ClientSession> session, Optional<ClientTree> tree) {

  /** NEGOTIATE or a SESSION_SETUP: no keys yet. */
  static RequestScope unprotected(long sessionId) {
    return new RequestScope(sessionId, Optional.empty(), Optional.empty());
  }

  static RequestScope of(ClientSession session) {
    return new RequestScope(session.id(), Optional.of(session), Optional.empty());
  }

  static RequestScope of(ClientTree tree) {
    return new RequestScope(tree.session().id(), Optional.of(tree.session()), Optional.of(tree));
  }

  int treeId() {
    return tree.map(ClientTree::id).orElse(0);
  }
}
