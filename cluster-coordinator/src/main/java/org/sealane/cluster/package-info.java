/** What the nodes of a cluster agree on through ZooKeeper: members, documents, turns, owners. */
package org.sealane.cluster;
