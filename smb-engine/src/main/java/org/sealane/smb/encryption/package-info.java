/** Key derivation and the TRANSFORM_HEADER envelope, [MS-SMB2] 2.2.41, 3.1.4.2, 3.1.4.3. */
package org.sealane.smb.encryption;
