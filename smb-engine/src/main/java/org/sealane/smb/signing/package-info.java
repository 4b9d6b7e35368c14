/**
 * Message signatures, [MS-SMB2] 3.1.4.1: HMAC-SHA256, AES-CMAC and AES-GMAC. No I/O, clock, thread
 * or randomness; signers are for any number of threads.
 */
package org.sealane.smb.signing;
