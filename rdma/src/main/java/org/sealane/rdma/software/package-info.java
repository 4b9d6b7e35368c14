/**
 * Verbs without a device: two processes of one host, or two transports of one process, through
 * mapped files. An emulation, and named so wherever it shows.
 *
 * <p>Who posts a request carries it out: it checks the key, the bounds and the rights in the key
 * table that the memory's owner shares, and copies. So wrong keys complete with the errors that
 * hardware gives, to a peer that uses this code. It separates nothing from a local process of the
 * same user that does not: such a process may touch whole regions, whatever keys say. A sealed lane
 * therefore keeps only ciphertext in registered memory.
 *
 * <p>Shared between processes: a device file with the key table and the doorbells of the completion
 * queues, a file for each region, and one for each queue pair. A unix socket per connection carries
 * its set-up and tells when a peer died. No mapped file is ever cut short.
 */
package org.sealane.rdma.software;
