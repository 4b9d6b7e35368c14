/**
 * The server's side of a connection: sessions, trees, opens, dispatch to share backends, [MS-SMB2]
 * 3.3.
 */
package org.sealane.smb.server;
