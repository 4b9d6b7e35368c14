package org.sealane.smb.auth.ntlm;

/**
 * NEGOTIATE_MESSAGE, [MS-NLMP] 2.2.1.1. The names it may carry say nothing to a server that stands
 * alone, and are skipped.
 *
 * @param flags NegotiateFlags
 */
record NegotiateMessage(int flags) {}
