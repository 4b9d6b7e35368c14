/**
 * TREE_CONNECT and TREE_DISCONNECT: messages and codecs, immutable values.
 *
 * <p>Source: [MS-SMB2] 2.2.9 to 2.2.12.
 */
package org.sealane.smb.tree;
