/**
 * What carries SMB2 messages between two processes: connections, frames and the optional capability
 * of direct placement. Implementations: Netty over TCP in {@code transport.tcp}, SMB Direct in the
 * module {@code rdma}.
 */
package org.sealane.smb.transport;
