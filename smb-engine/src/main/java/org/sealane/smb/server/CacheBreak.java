package org.sealane.smb.server;

import java.util.Optional;
import java.util.UUID;

/**
 * A client is to cache less of a file, [MS-SMB2] 3.3.4.6 and 3.3.4.7.
 *
 * @param session the channel that it is told on
 * @param open the open that the cache was granted with
 * @param leaseKey the client's name for its lease; empty for an oplock
 * @param from bits of {@code share.Caching} before
 * @param to those that are left
 * @param answerWanted whether the client has to answer
 * @param encrypted whether the client sent its CREATE sealed
 */
record CacheBreak(
    Session session,
    Open open,
    Optional<UUID> leaseKey,
    int from,
    int to,
    int epoch,
    boolean answerWanted,
    boolean encrypted) {

  /** The same, told on another channel of the session. */
  CacheBreak on(Session channel) {
    return new CacheBreak(channel, open, leaseKey, from, to, epoch, answerWanted, encrypted);
  }
}
