package org.sealane.cluster.store;

/**
 * What ZooKeeper says of one znode.
 *
 * @param version number of changes of its content
 * @param czxid the transaction that created it
 * @param mzxid the transaction that last wrote its content
 * @param createdAtMillis ZooKeeper's clock when it was created, since 1970
 * @param modifiedAtMillis ZooKeeper's clock when it was last written, since 1970
 * @param ephemeralOwner the session whose end removes it; 0 if it is persistent
 */
public record NodeStat(
    int version,
    long czxid,
    long mzxid,
    long createdAtMillis,
    long modifiedAtMillis,
    long ephemeralOwner) {}
