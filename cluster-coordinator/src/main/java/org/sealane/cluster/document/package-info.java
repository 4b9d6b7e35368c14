/**
 * What an administrator decides, as signed and chained JSON documents; how a node judges what it
 * finds in ZooKeeper; and what it remembers on disk, so that whoever can write to ZooKeeper can
 * stop service but not weaken it. Values are immutable. The trust stages are types: {@link
 * org.sealane.cluster.document.SignedDocument} is only bytes, {@link
 * org.sealane.cluster.document.VerifiedDocument} is made by {@link
 * org.sealane.cluster.document.DocumentVerifier} alone.
 */
package org.sealane.cluster.document;
