/**
 * Negotiation: dialect, contexts, ciphers and signing algorithms, [MS-SMB2] 2.2.3, 2.2.4, 3.3.5.4;
 * and preauthentication integrity.
 */
package org.sealane.smb.negotiate;
