/**
 * A node as a member of its cluster: registration, lease, documents followed, turns taken part in,
 * volumes owned. {@link org.sealane.cluster.member.MemberLogic} decides, with no thread, clock or
 * I/O of its own; {@link org.sealane.cluster.member.ClusterMember} runs it on one thread, {@code
 * cluster}, which blocks only on the node's own small files.
 */
package org.sealane.cluster.member;
