/**
 * Negotiation: dialect, contexts, ciphers and signing algorithms; and preauthentication integrity.
 * Start at {@link org.sealane.smb.negotiate.ServerNegotiation} and {@link
 * org.sealane.smb.negotiate.ClientNegotiation}: pure functions from messages and settings to a
 * {@link org.sealane.smb.negotiate.NegotiatedConnection}. Everything here is an immutable value.
 *
 * <p>Source: [MS-SMB2] 2.2.3, 2.2.4, 3.2.5.2, 3.3.5.4.
 */
package org.sealane.smb.negotiate;
