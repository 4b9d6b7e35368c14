package org.sealane.cluster.turn;

import java.util.UUID;

/**
 * What a node last wrote to renew its lease. It stays when the node goes, so that members which
 * came and went between two looks are still accounted for.
 *
 * @param member the node and the session it wrote in
 * @param incarnation its process
 * @param released true if it left in order, with no lane and nothing under way
 */
public record LeaseRecord(MemberId member, UUID incarnation, boolean released) {}
