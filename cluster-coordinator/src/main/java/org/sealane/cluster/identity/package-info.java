/**
 * Who belongs to a cluster: its certificate authority, the key that signs its documents, what a
 * node takes home when it is enrolled, and TLS for the admin API. Values are immutable; reading and
 * writing files blocks. Errors are one line for the operator.
 */
package org.sealane.cluster.identity;
