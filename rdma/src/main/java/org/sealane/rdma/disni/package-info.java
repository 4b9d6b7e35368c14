/**
 * {@code Verbs} on the types of DiSNI's verbs API: for every device that one of its providers
 * reaches. What that API lacks comes through {@link org.sealane.rdma.disni.DisniExtensions}. Its
 * endpoint classes are not used: they wait without limit and lose errors.
 *
 * <p>One thread an open device, {@code sealane-rdma-cm}, hears of connections; completions are
 * polled by whoever made their queue.
 */
package org.sealane.rdma.disni;
