/**
 * SMB Direct, [MS-SMBD]: its messages, and its connection as a state machine that is called with
 * bytes and time. No input or output, clock, thread or randomness of its own; one thread at a time.
 */
package org.sealane.rdma.smbdirect;
