/**
 * The one narrow interface over ZooKeeper ({@link org.sealane.cluster.store.ClusterStore}), its
 * paths, and its implementation on Curator. Decision code sees only the interface's values, so a
 * simulated store can stand in. Requests may be submitted by any thread; replies and events arrive
 * on a thread of the store and must not block it.
 */
package org.sealane.cluster.store;
