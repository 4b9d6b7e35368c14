package org.sealane.smb.tree;

/**
 * SMB2 TREE_CONNECT Response, [MS-SMB2] 2.2.10. The TreeId is the header's.
 *
 * @param shareType what the share is
 * @param shareFlags bits of {@link ShareFlags}
 * @param capabilities bits of {@link ShareCapabilities}
 * @param maximalAccess the access mask that the user may have on the share at most
 */
public record TreeConnectResponse(
    ShareType shareType, int shareFlags, int capabilities, int maximalAccess) {}
