package org.sealane.cluster.store;

/** One operation on the store. Arrays are owned by the receiver: the caller changes none. */
public sealed interface StoreRequest {
  /** For {@link CompareAndSet} and {@link Delete}: whatever the version is. */
  int ANY_VERSION = -1;

  /** The znode it is about, absolute. */
  String path();

  /** Whether it changes the store; only these renew a lease, and only these can be uncertain. */
  default boolean isWrite() {
    return switch (this) {
      case Create _, CompareAndSet _, Delete _ -> true;
      case Read _, Children _ -> false;
    };
  }

  /** How long a znode lives. */
  enum Lifetime {
    /** Until deleted. */
    PERSISTENT,
    /** Until deleted or until the session that created it ends. */
    EPHEMERAL
  }

  /** Makes a znode, and its missing parents (persistent and empty). Gives {@code Written}. */
  record Create(String path, byte[] data, Lifetime lifetime) implements StoreRequest {}

  /** Reads content and stat. Gives {@code Value}. */
  record Read(String path) implements StoreRequest {}

  /** Replaces the content if the version is {@code version}. Gives {@code Written}. */
  record CompareAndSet(String path, byte[] data, int version) implements StoreRequest {}

  /** Removes the znode if the version is {@code version}. Gives {@code Deleted}. */
  record Delete(String path, int version) implements StoreRequest {}

  /** Names of the children, in no order. Gives {@code Names}. */
  record Children(String path) implements StoreRequest {}
}
