/**
 * What this project needs of RDMA verbs, as one narrow interface: registered memory, queue pairs,
 * completions, memory windows. Names are those of the verbs API and of librdmacm. Providers: {@code
 * software} in {@code org.sealane.rdma.software}, {@code rdma-core} in {@code
 * org.sealane.rdma.rdmacore}.
 *
 * <p>Nothing here is a raw address and length: local memory is a {@link
 * org.sealane.rdma.verbs.Slice} of a {@link org.sealane.rdma.verbs.MemoryRegion}, memory of a peer
 * a {@link org.sealane.rdma.verbs.RemoteSlice} under a {@link org.sealane.rdma.verbs.RemoteKey}.
 *
 * <p>A call may enter the operating system, so callers are platform threads.
 */
package org.sealane.rdma.verbs;
