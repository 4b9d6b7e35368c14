package org.sealane.smb.auth.ntlm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Lets clients in that send NTLM's messages without SPNEGO around them, as Linux's kernel does and
 * Windows and Samba accept: they are put into SPNEGO, of NTLM alone, and answers taken out of it.
 * What the first token is, all are. There is no list of mechanisms to protect then.
 */
final class BareNtlmAcceptor implements SecurityContext {
  private static final byte[] NOTHING = {};

  /** What every message of NTLM begins with, [MS-NLMP] 2.2.1; no token of SPNEGO does. */
  private static final byte[] SIGNATURE = "NTLMSSP\0".getBytes(StandardCharsets.US_ASCII);

  private enum State {
    START,
    IN_SPNEGO,
    BARE
  }

  private final SecurityContext inner;
  private State state = State.START;

  BareNtlmAcceptor(SecurityContext inner) {
    this.inner = inner;
  }

  @Override
  public Step next(byte[] token) {
    return switch (state) {
      case START -> {
        state = isBare(token) ? State.BARE : State.IN_SPNEGO;
        yield state == State.BARE
            ? takenOut(
                inner.next(
                    Spnego.encode(new NegTokenInit(List.of(MechanismOid.NTLM), token, NOTHING))))
            : inner.next(token);
      }
      case IN_SPNEGO -> inner.next(token);
      case BARE ->
          takenOut(
              inner.next(
                  Spnego.encode(
                      new NegTokenResp(Optional.empty(), Optional.empty(), token, NOTHING))));
    };
  }

  private static boolean isBare(byte[] token) {
    return token.length >= SIGNATURE.length
        && Arrays.equals(token, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
  }

  private static Step takenOut(Step step) {
    return switch (step) {
      case Step.Continue go -> new Step.Continue(ownToken(go.token()));
      // Nothing of NTLM follows the client's proof.
      case Step.Complete complete ->
          new Step.Complete(NOTHING, complete.sessionKey(), complete.peer());
      case Step.Refused refused -> new Step.Refused(NOTHING, refused.reason());
    };
  }

  private static byte[] ownToken(byte[] spnego) {
    try {
      return ((NegTokenResp) Spnego.decode(spnego)).responseToken();
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("this side's own token", e);
    }
  }

  @Override
  public void close() {
    inner.close();
  }
}
