package org.sealane.smb.server;

import java.util.UUID;
import org.sealane.smb.auth.Principal;

/**
 * What lets an open outlive its connection, [MS-SMB2] 3.3.1.10: whose it is, and how long it waits.
 *
 * @param owner who made it; nobody else gets it
 * @param clientGuid ClientGuid of the connection it was made on
 * @param createGuid the client's name for the open
 * @param tree the name of the tree it was made on
 * @param waitMillis how long it waits for its client
 */
record Durability(Principal owner, UUID clientGuid, UUID createGuid, String tree, long waitMillis) {

  /** Open.ClientGuid and Open.CreateGuid, which are unique together. */
  record Key(UUID clientGuid, UUID createGuid) {}

  Key key() {
    return new Key(clientGuid, createGuid);
  }

  /** True for the same identity on the same tree; the session differs. */
  boolean belongsTo(Principal peer, String treeName) {
    return isSame(owner, peer) && tree.equals(treeName);
  }

  /** True if both are the same node or user, whatever its session is bound to. */
  static boolean isSame(Principal one, Principal other) {
    return one.getClass() == other.getClass() && one.name().equals(other.name());
  }
}
