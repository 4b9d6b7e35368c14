package org.sealane.smb.tree;

/** SMB2 TREE_DISCONNECT Response, [MS-SMB2] 2.2.12: the tree connect is gone. */
public record TreeDisconnectResponse() {}
