/**
 * SESSION_SETUP and LOGOFF: messages and codecs, immutable values. The states of a session are the
 * server's and the client's own.
 *
 * <p>Source: [MS-SMB2] 2.2.5 to 2.2.8.
 */
package org.sealane.smb.session;
