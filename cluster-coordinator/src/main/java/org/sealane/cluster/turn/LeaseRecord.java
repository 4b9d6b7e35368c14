package org.sealane.cluster.turn;

/**
 * What a node last wrote to renew its lease. It stays when the node goes, so that members which
 * came and went between two looks are still accounted for.
 *
 * @param member the node, its process and the session it wrote in
 * @param released true if it left in order, with no lane and nothing under way
 */
public record LeaseRecord(MemberId member, boolean released) {}
