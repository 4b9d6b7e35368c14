package org.sealane.smb.auth.kerberos;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.ntlm.UserAccounts;

/**
 * How users prove themselves by a ticket: Kerberos inside SPNEGO. The session key is the client's
 * subkey, which has 32 bytes with AES-256. A principal of the service's own realm is the account of
 * exactly its name; all others are refused. Any thread may call.
 */
public final class KerberosMechanism implements SecurityMechanism {
  private static final byte[] NOTHING = {};

  /** What a client may call Kerberos; the second is what Windows 2000 wrote by mistake. */
  static final List<MechanismOid> NAMES =
      List.of(MechanismOid.KERBEROS, new MechanismOid("1.2.840.48018.1.2.2"));

  private final Supplier<Optional<Keytab>> keytab;
  private final UserAccounts accounts;

  /**
   * @param keytab as it is at each attempt; empty while there is none
   * @param accounts who may come
   */
  public KerberosMechanism(Supplier<Optional<Keytab>> keytab, UserAccounts accounts) {
    this.keytab = keytab;
    this.accounts = accounts;
  }

  /** True while there is a keytab. */
  public boolean isOffered() {
    return keytab.get().isPresent();
  }

  @Override
  public SecurityContext acceptor() {
    return new KerberosAcceptor(keytab.get(), accounts);
  }

  @Override
  public byte[] negotiateToken() {
    return Spnego.encode(new Spnego.Token.NegTokenInit(NAMES, NOTHING, NOTHING));
  }
}
