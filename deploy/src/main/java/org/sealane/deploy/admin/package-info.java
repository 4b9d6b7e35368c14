/**
 * The admin API of a node: HTTP over TLS 1.3 with a client certificate of the cluster's CA, JSON in
 * and out. A route says who may call it; a route that changes anything is for administrators only.
 * Requests run on virtual threads and may block on a share or on the cluster.
 */
package org.sealane.deploy.admin;
