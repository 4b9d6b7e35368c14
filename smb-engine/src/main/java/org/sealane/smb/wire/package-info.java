/**
 * Bytes of SMB2: header, status codes, commands, and the bounded reader and writer that every codec
 * uses. No I/O, clock, thread or randomness. Readers and writers are for one thread at a time;
 * values are immutable.
 *
 * <p>Source: [MS-SMB2] 2.2.1, [MS-ERREF] 2.3.
 */
package org.sealane.smb.wire;
