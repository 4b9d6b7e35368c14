package org.sealane.smb.tree;

/** SMB2 TREE_DISCONNECT Request, [MS-SMB2] 2.2.11: ends the tree connect of the header. */
public record TreeDisconnectRequest() {}
