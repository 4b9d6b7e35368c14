package org.sealane.smb.auth.ntlm;

/**
 * NTLMv2_CLIENT_CHALLENGE, [MS-NLMP] 2.2.2.7: what a client's proof covers besides the server's
 * challenge. Arrays belong to the record's holder.
 *
 * @param timestamp FILETIME, the server's if it gave one
 * @param clientChallenge 8 fresh random bytes
 * @param avPairs the server's, with the client's additions
 */
record ClientChallenge(long timestamp, byte[] clientChallenge, AvPairs avPairs) {}
