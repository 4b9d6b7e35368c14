package org.sealane.smb.tree;

/**
 * SMB2 TREE_CONNECT Request, [MS-SMB2] 2.2.9.
 *
 * @param flags {@link #FLAG_CLUSTER_RECONNECT} and its neighbours; 0 before dialect 3.1.1
 * @param path the share as a UNC path, {@code \\server\share}, not terminated
 */
public record TreeConnectRequest(int flags, String path) {
  public static final int FLAG_CLUSTER_RECONNECT = 0x0001;
  public static final int FLAG_REDIRECT_TO_OWNER = 0x0002;

  /** The request carries TREE_CONNECT contexts, which are not read. */
  public static final int FLAG_EXTENSION_PRESENT = 0x0004;
}
