/**
 * Real processes of a local cluster under faults: turns under load, killed and stopped nodes, cut
 * links, ZooKeeper away, full and lost storage. What travels is judged by relays in the lanes'
 * path.
 */
package org.sealane.deploy.faults;
