/**
 * SMB Direct over verbs as a transport of the SMB engine: {@link
 * org.sealane.rdma.transport.RdmaTransport}. One platform thread per completion queue owns the
 * state of the connections assigned to it. All registered memory comes from pools sized at the
 * start.
 */
package org.sealane.rdma.transport;
