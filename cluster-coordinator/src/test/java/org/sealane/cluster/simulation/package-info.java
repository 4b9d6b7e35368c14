/**
 * A cluster in one thread: the members' own decisions against a simulated ZooKeeper, with a virtual
 * clock and faults drawn from a seed. Every run of a seed is the same run.
 */
package org.sealane.cluster.simulation;
