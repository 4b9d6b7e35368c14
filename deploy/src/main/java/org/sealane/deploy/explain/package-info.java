/**
 * Why a lane runs under what it runs: reasons from a node's live state, for {@code policy explain}.
 * Start at {@link org.sealane.deploy.explain.LaneReasons}.
 */
package org.sealane.deploy.explain;
