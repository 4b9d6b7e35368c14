/** Message signatures, [MS-SMB2] 3.1.4.1. */
package org.sealane.smb.signing;
