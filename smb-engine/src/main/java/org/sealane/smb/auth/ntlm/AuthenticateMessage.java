package org.sealane.smb.auth.ntlm;

/**
 * AUTHENTICATE_MESSAGE, [MS-NLMP] 2.2.1.3. The LM response is not kept: with NTLMv2 it proves
 * nothing. Arrays belong to the record's holder.
 *
 * @param flags NegotiateFlags
 * @param ntResponse NTProofStr and what it proves
 * @param domain the domain that the client hashed into its key
 * @param user the account's name; empty for an anonymous user
 * @param workstation the client's name for itself
 * @param encryptedSessionKey EncryptedRandomSessionKey, 16 bytes with key exchange
 */
record AuthenticateMessage(
    int flags,
    byte[] ntResponse,
    String domain,
    String user,
    String workstation,
    byte[] encryptedSessionKey) {}
