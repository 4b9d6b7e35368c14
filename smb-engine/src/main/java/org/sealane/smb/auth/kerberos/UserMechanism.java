package org.sealane.smb.auth.kerberos;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * What users' clients are offered: Kerberos where it is the client's first choice and there is a
 * keytab, else NTLM. Any thread may call.
 */
public final class UserMechanism implements SecurityMechanism {
  private static final byte[] NOTHING = {};

  private final NtlmMechanism ntlm;
  private final KerberosMechanism kerberos;

  public UserMechanism(NtlmMechanism ntlm, KerberosMechanism kerberos) {
    this.ntlm = ntlm;
    this.kerberos = kerberos;
  }

  @Override
  public SecurityContext acceptor() {
    return acceptor(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @Override
  public SecurityContext acceptor(InetSocketAddress peer) {
    return new Choosing(peer);
  }

  @Override
  public byte[] negotiateToken() {
    List<MechanismOid> offered = new ArrayList<>();
    if (kerberos.isOffered()) {
      offered.addAll(KerberosMechanism.NAMES);
    }
    offered.add(MechanismOid.NTLM);
    return Spnego.encode(new Spnego.Token.NegTokenInit(offered, NOTHING, NOTHING));
  }

  /** Whose first token says which acceptor it is for. */
  private final class Choosing implements SecurityContext {
    private final InetSocketAddress peer;
    private Optional<SecurityContext> chosen = Optional.empty();

    private Choosing(InetSocketAddress peer) {
      this.peer = peer;
    }

    @Override
    public Step next(byte[] token) {
      if (chosen.isEmpty()) {
        chosen =
            Optional.of(
                kerberos.isOffered() && wantsKerberos(token)
                    ? kerberos.acceptor(peer)
                    : ntlm.acceptor(peer));
      }
      return chosen.get().next(token);
    }

    private static boolean wantsKerberos(byte[] token) {
      try {
        return Spnego.decode(token) instanceof Spnego.Token.NegTokenInit init
            && KerberosMechanism.NAMES.contains(init.mechTypes().getFirst());
      } catch (MalformedMessageException e) {
        // NTLM's acceptor refuses it, and says why.
        return false;
      }
    }

    @Override
    public void close() {
      chosen.ifPresent(SecurityContext::close);
    }
  }
}
