/** SESSION_SETUP and LOGOFF, [MS-SMB2] 2.2.5 to 2.2.8. */
package org.sealane.smb.session;
