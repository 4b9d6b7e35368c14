/**
 * Key derivation and the TRANSFORM_HEADER envelope, [MS-SMB2] 2.2.41, 3.1.4.2, 3.1.4.3. Start at
 * {@link org.sealane.smb.encryption.SessionKeys}. No I/O, clock, thread or randomness; what works
 * with keys is for any number of threads.
 */
package org.sealane.smb.encryption;
