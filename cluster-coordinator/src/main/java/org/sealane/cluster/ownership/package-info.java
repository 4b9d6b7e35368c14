/**
 * Who owns a volume, and whether the directory at hand is really its backing. Only volumes with one
 * candidate are owned: it needs no lease and goes on while ZooKeeper is away. Markers are read and
 * written on the thread {@code cluster}.
 */
package org.sealane.cluster.ownership;
