/**
 * The log of events that matter as evidence: refused documents, steps of turns, refused peers. Each
 * node has its own, which begins at {@link org.sealane.cluster.audit.ChainedAuditLog}; {@link
 * org.sealane.cluster.audit.AuditVerifier} says whether one is what its node wrote. Any thread may
 * record.
 */
package org.sealane.cluster.audit;
