/**
 * The log of events that matter as evidence: refused documents, steps of turns, refused peers. Any
 * thread may record.
 */
package org.sealane.cluster.audit;
