/**
 * Messages on opens: CREATE to SET_INFO, [MS-SMB2] 2.2.13 to 2.2.40. Readers and writers cover the
 * whole message with its header at offset 0; codecs read and write the body. No I/O, clock, thread
 * or randomness; values are immutable, and views of a message live as long as the message does.
 */
package org.sealane.smb.io;
