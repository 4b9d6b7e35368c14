/**
 * The provider {@code rdma-core}: DiSNI's verbs API over libibverbs and librdmacm, by
 * foreign-function calls. Structures are those of rdma-core's {@code infiniband/verbs.h} and {@code
 * rdma/rdma_cma.h} on 64-bit Linux, which are a stable binary interface.
 *
 * <p>Any thread may call; one call may enter the kernel. DiSNI's types stay in this package and in
 * {@code org.sealane.rdma.disni}.
 */
package org.sealane.rdma.rdmacore;
