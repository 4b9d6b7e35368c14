/**
 * A look at the real bytes between two nodes: a relay in the lane's path that sees every one of
 * them. Start at {@link org.sealane.deploy.wire.LaneRelay}.
 */
package org.sealane.deploy.wire;
