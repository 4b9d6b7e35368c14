package org.sealane.smb.auth.ntlm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.Spnego;

/**
 * How users prove their passwords: NTLMv2 inside SPNEGO. The session key is NTLM's exported one, 16
 * random bytes that the client chose.
 *
 * <p>What a client learns from a refusal is the same whether there is no such user, the password is
 * wrong or too many were tried; the reason stands in our own log. Any thread may call.
 */
public final class NtlmMechanism implements SecurityMechanism {
  private static final byte[] NOTHING = {};

  private final AcceptorSettings settings;

  /**
   * What every acceptor shares.
   *
   * @param serverName the name clients see; NetBIOS form is made of it
   * @param clock for the time stamp of challenges
   */
  record AcceptorSettings(
      String serverName,
      UserAccounts accounts,
      LogonThrottle throttle,
      InstantSource clock,
      SecureRandom random) {}

  /**
   * @param serverName the name this server calls itself
   * @param accounts who may authenticate, as they are at each attempt
   * @param throttle shared by all listeners of a process
   */
  public NtlmMechanism(
      String serverName,
      UserAccounts accounts,
      LogonThrottle throttle,
      InstantSource clock,
      SecureRandom random) {
    this.settings = new AcceptorSettings(serverName, accounts, throttle, clock, random);
  }

  @Override
  public SecurityContext acceptor() {
    return acceptor(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @Override
  public SecurityContext acceptor(InetSocketAddress peer) {
    return new BareNtlmAcceptor(new NtlmAcceptor(settings, peer.getAddress()));
  }

  /**
   * The client's side: proves {@code user}'s password to any server that offers NTLM.
   *
   * @param domain the domain of the account; empty for the server's own accounts
   * @param ntHash of the password; the context owns it and closes it
   */
  public static SecurityContext initiator(
      String user, String domain, SessionSecret ntHash, SecureRandom random) {
    return new NtlmInitiator(user, domain, ntHash, random);
  }

  @Override
  public byte[] negotiateToken() {
    return Spnego.encode(
        new Spnego.Token.NegTokenInit(List.of(MechanismOid.NTLM), NOTHING, NOTHING));
  }
}
