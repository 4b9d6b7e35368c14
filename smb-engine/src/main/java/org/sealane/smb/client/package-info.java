/**
 * The client's side of a connection: credits, pipelining, sessions, trees, opens, [MS-SMB2] 3.2.
 */
package org.sealane.smb.client;
