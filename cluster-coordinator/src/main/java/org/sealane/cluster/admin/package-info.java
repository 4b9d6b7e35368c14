/**
 * What an administrator does: prepare documents, have them signed where the admin key is, submit
 * them, follow what becomes of them. {@link org.sealane.cluster.admin.ClusterAdmin} is the class to
 * open first. Its calls block on ZooKeeper, within a limit; any thread but {@code cluster}.
 */
package org.sealane.cluster.admin;
