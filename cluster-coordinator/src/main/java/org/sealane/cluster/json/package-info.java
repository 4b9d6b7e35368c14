/**
 * JSON as this module reads it: strict, bounded, duplicate and unknown fields refused. Everything
 * in ZooKeeper is written by someone who may be hostile. Stateless; any thread.
 */
package org.sealane.cluster.json;
