/**
 * The ZooKeeper server that a local cluster runs: a process of its own, durable, on one address.
 * Real clusters bring their own ensemble.
 */
package org.sealane.deploy.zookeeper;
