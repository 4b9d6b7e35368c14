package org.sealane.cluster.member;

import java.time.Instant;

/**
 * The time of an event.
 *
 * @param bootNanos on a clock that counts suspend and never goes back; only differences mean
 *     anything
 * @param wall the node's wall clock, for people only
 */
public record Now(long bootNanos, Instant wall) {}
