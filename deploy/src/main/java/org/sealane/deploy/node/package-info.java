/**
 * The node process: it alone constructs transports, listeners and the member, and hands them to
 * each other. Start at {@link org.sealane.deploy.node.NodeRuntime}.
 *
 * <p>Threads: the member's thread {@code cluster} announces views, which must not block it; what a
 * view asks of storage is done on one thread {@code storage}.
 */
package org.sealane.deploy.node;
