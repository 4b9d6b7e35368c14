/**
 * Who owns a volume, and whether the directory at hand is really its backing. Start at {@link
 * org.sealane.cluster.ownership.OwnershipDecision}, which is pure. Markers are read and written on
 * the thread {@code cluster}; an {@link org.sealane.cluster.ownership.OwnerTerm} is asked by every
 * operation.
 */
package org.sealane.cluster.ownership;
