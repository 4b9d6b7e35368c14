package org.sealane.smb.auth.ntlm;

/**
 * CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2. Arrays belong to the record's holder.
 *
 * @param flags NegotiateFlags
 * @param targetName the server's name
 * @param serverChallenge 8 fresh random bytes
 * @param targetInfo encoded {@link AvPairs}, as the client's response must repeat them
 */
record ChallengeMessage(int flags, String targetName, byte[] serverChallenge, byte[] targetInfo) {
  static final int CHALLENGE_LENGTH = 8;
}
