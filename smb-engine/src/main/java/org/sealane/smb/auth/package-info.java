/**
 * Who a peer is: security mechanisms carried as tokens in SESSION_SETUP, SPNEGO around them, and
 * the node mechanism (TLS 1.3 with both sides' certificates, [RFC 8446], exporter [RFC 8446] 7.5).
 * Contexts are for one thread at a time and own key material until closed.
 */
package org.sealane.smb.auth;
