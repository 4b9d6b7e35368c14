package org.sealane.smb.auth.kerberos;

import com.sun.security.jgss.ExtendedGSSContext;
import com.sun.security.jgss.InquireType;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.EncryptionKey;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.MessageProp;
import org.ietf.jgss.Oid;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.Spnego.NegState;
import org.sealane.smb.auth.Spnego.Token.NegTokenInit;
import org.sealane.smb.auth.Spnego.Token.NegTokenResp;
import org.sealane.smb.auth.ntlm.UserAccounts;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The server's side of one Kerberos authentication in SPNEGO, [RFC 4121], [RFC 4178] 5: one AP-REQ,
 * one AP-REP.
 *
 * <p>States: {@code START -> (MECHANISM ->) ENDED}; MECHANISM is entered where the client names
 * Kerberos without a first token of it.
 */
final class KerberosAcceptor implements SecurityContext {
  private static final byte[] NOTHING = {};

  /** An account's name and a realm, without the escapes that other principals' names need. */
  private static final Pattern PRINCIPAL =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,62})@([A-Za-z0-9._-]{1,255})");

  private sealed interface State {
    record Start() implements State {}

    record Mechanism(List<MechanismOid> mechTypes) implements State {}

    record Ended() implements State {}
  }

  private final Optional<Keytab> keytab;
  private final UserAccounts accounts;
  private State state = new State.Start();

  KerberosAcceptor(Optional<Keytab> keytab, UserAccounts accounts) {
    this.keytab = keytab;
    this.accounts = accounts;
  }

  /** Refuses a token. Carries no stack: peers cause it at will. */
  private static final class Refusal extends Exception {
    Refusal(String reason) {
      super(reason, null, false, false);
    }
  }

  @Override
  public Step next(byte[] token) {
    State before = state;
    state = new State.Ended();
    try {
      return switch (Spnego.decode(token)) {
        case NegTokenInit init when before instanceof State.Start -> begin(init);
        case NegTokenResp resp when before instanceof State.Mechanism mechanism ->
            accept(mechanism.mechTypes(), resp.responseToken(), resp.mechListMic(), false);
        case NegTokenInit _, NegTokenResp _ -> throw new Refusal("a token out of turn");
      };
    } catch (MalformedMessageException e) {
      return refused("a malformed security token: " + e.getMessage());
    } catch (Refusal e) {
      return refused(e.getMessage());
    }
  }

  private Step begin(NegTokenInit init) throws Refusal {
    if (!KerberosMechanism.NAMES.contains(init.mechTypes().getFirst())) {
      throw new Refusal("Kerberos is not the client's first choice");
    }
    if (init.mechToken().length == 0) {
      state = new State.Mechanism(init.mechTypes());
      return new Step.Continue(
          response(
              NegState.ACCEPT_INCOMPLETE,
              Optional.of(init.mechTypes().getFirst()),
              NOTHING,
              NOTHING));
    }
    return accept(init.mechTypes(), init.mechToken(), init.mechListMic(), true);
  }

  private Step accept(List<MechanismOid> mechTypes, byte[] token, byte[] mechListMic, boolean first)
      throws Refusal {
    Keytab keys = keytab.orElseThrow(() -> new Refusal("there is no keytab any more"));
    try {
      return Subject.callAs(
          keys.subject(), () -> acceptAsService(keys, mechTypes, token, mechListMic, first));
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      if (e.getCause() instanceof GSSException gss) {
        throw new Refusal("the ticket is not accepted: " + oneLine(gss));
      }
      throw e;
    }
  }

  private Step acceptAsService(
      Keytab keys, List<MechanismOid> mechTypes, byte[] token, byte[] mechListMic, boolean first)
      throws GSSException, Refusal {
    GSSManager manager = GSSManager.getInstance();
    GSSCredential service =
        manager.createCredential(
            (GSSName) null,
            GSSCredential.INDEFINITE_LIFETIME,
            new Oid(MechanismOid.KERBEROS.dotted()),
            GSSCredential.ACCEPT_ONLY);
    GSSContext context = manager.createContext(service);
    try {
      byte[] answer = accept(context, token);
      if (!context.isEstablished()) {
        throw new Refusal("Kerberos in more than one step");
      }
      String account = account(keys, context.getSrcName().toString());
      byte[] list = Spnego.encodeMechTypes(mechTypes);
      if (mechListMic.length > 0) {
        verify(context, mechListMic, list);
      }
      byte[] mic = context.getMIC(list, 0, list.length, new MessageProp(0, false));
      return new Step.Complete(
          response(
              NegState.ACCEPT_COMPLETED,
              first ? Optional.of(mechTypes.getFirst()) : Optional.empty(),
              answer == null ? NOTHING : answer,
              mic),
          sessionKey(context),
          new Principal.User(account));
    } finally {
      context.dispose();
      service.dispose();
    }
  }

  private static byte[] accept(GSSContext context, byte[] token) throws GSSException, Refusal {
    try {
      return context.acceptSecContext(token, 0, token.length);
    } catch (RuntimeException e) {
      // The JDK's reader of tickets is not written for every hostile byte.
      throw new Refusal("the ticket can not be read: " + e.getClass().getSimpleName());
    }
  }

  private static void verify(GSSContext context, byte[] mic, byte[] list) throws Refusal {
    try {
      context.verifyMIC(mic, 0, mic.length, list, 0, list.length, new MessageProp(0, false));
    } catch (GSSException e) {
      throw new Refusal("the mechListMIC is wrong: someone changed the list of mechanisms");
    }
  }

  /** The account that a principal is: of the service's own realm, with exactly that name. */
  private String account(Keytab keys, String principal) throws Refusal {
    Matcher parts = PRINCIPAL.matcher(principal);
    if (!parts.matches()) {
      throw new Refusal("the principal '" + printable(principal) + "' can be no account's");
    }
    if (!keys.isOfRealm(parts.group(2))) {
      throw new Refusal("the principal " + principal + " is of another realm");
    }
    UserAccounts.Account account =
        accounts
            .find(parts.group(1))
            .orElseThrow(() -> new Refusal("there is no user for the principal " + principal));
    account.ntHash().close();
    if (!account.name().equals(parts.group(1))) {
      throw new Refusal("the principal " + principal + " is not user " + account.name());
    }
    return account.name();
  }

  private static SessionSecret sessionKey(GSSContext context) throws GSSException, Refusal {
    Object key =
        ((ExtendedGSSContext) context).inquireSecContext(InquireType.KRB5_GET_SESSION_KEY_EX);
    byte[] bytes = ((EncryptionKey) key).getEncoded();
    if (bytes.length < 16) {
      throw new Refusal("a session key of " + bytes.length + " bytes");
    }
    return new SessionSecret(bytes);
  }

  private static byte[] response(
      NegState negState, Optional<MechanismOid> supportedMech, byte[] token, byte[] mic) {
    return Spnego.encode(new NegTokenResp(Optional.of(negState), supportedMech, token, mic));
  }

  private static String oneLine(GSSException e) {
    return printable(String.valueOf(e.getMessage()));
  }

  /** A peer's text for a log: bounded, without controls. */
  private static String printable(String text) {
    return text.substring(0, Math.min(text.length(), 160)).replaceAll("[^\\p{Graph} ]", "?");
  }

  private static Step refused(String reason) {
    return new Step.Refused(NOTHING, "refused a client: " + reason);
  }

  @Override
  public void close() {
    state = new State.Ended();
  }
}
