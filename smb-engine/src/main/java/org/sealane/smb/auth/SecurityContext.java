package org.sealane.smb.auth;

/**
 * One side of one authentication: a sequence of opaque tokens that ends in a session key or a
 * refusal, in the manner of GSS ([RFC 2743]). Not thread-safe. Close it to destroy what it holds; a
 * key it has handed out belongs to the receiver.
 */
public interface SecurityContext extends AutoCloseable {

  /** What a step gave. */
  sealed interface Step {
    /** Send {@code token} and call {@link SecurityContext#next} with the answer. */
    record Continue(byte[] token) implements Step {}

    /**
     * Authenticated. {@code token} is for the peer and may be empty; the receiver of the step owns
     * {@code sessionKey} and closes it.
     */
    record Complete(byte[] token, SessionSecret sessionKey, Principal peer) implements Step {}

    /**
     * Not authenticated. {@code token} tells the peer why, and may be empty; {@code reason} is one
     * line for our own log.
     */
    record Refused(byte[] token, String reason) implements Step {}
  }

  /**
   * Takes the peer's token and gives the next step. An initiator starts with an empty token.
   * Hostile tokens end in {@link Step.Refused}, never in an exception.
   */
  Step next(byte[] token);

  @Override
  void close();
}
