/**
 * The cluster-wide change of a policy from one epoch to the next: three steps, each proven by
 * ledger entries that the members sign and write. The decisions are pure functions over snapshots;
 * safety comes from versions and entries, never from who coordinates. Stateless or immutable; any
 * thread.
 */
package org.sealane.cluster.turn;
