package org.sealane.cluster.store;

/** Lets tests end a session the way ZooKeeper does. */
public final class StoreSessions {
  private StoreSessions() {}

  /** The client learns that its session expired; the server lets it time out. */
  public static void expire(CuratorStore store) {
    store.announcedSession().getTestable().injectSessionExpiration();
  }
}
