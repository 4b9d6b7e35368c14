package org.sealane.smb.share;

import java.util.Optional;

/**
 * What a client wants to cache of a file that it has just opened.
 *
 * @param leaseKey its name for a lease that several of its opens share, comparable; empty for an
 *     oplock, which is the open's own
 * @param wanted bits of {@link Caching}
 * @param epoch the number of changes that the client knows of
 * @param listener is told when it is to cache less
 */
public record CacheRequest(
    Optional<Object> leaseKey, int wanted, int epoch, CacheListener listener) {}
