package org.sealane.smb.auth.kerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.MechanismOid;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.auth.ntlm.LogonLimits;
import org.sealane.smb.auth.ntlm.LogonThrottle;
import org.sealane.smb.auth.ntlm.NtlmMechanism;

/** What needs no KDC: refusals, and the choice between mechanisms. */
class KerberosAcceptorTest {
  private static final byte[] NOTHING = {};

  /** InitialContextToken of Kerberos with the token id of an AP-REQ and nothing in it. */
  private static byte[] apReq(byte[] ticket) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(
        new byte[] {6, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x12, 1, 2, 2, 1, 0});
    inner.writeBytes(ticket);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x60);
    out.write(0x82);
    out.write(inner.size() >>> 8);
    out.write(inner.size());
    out.writeBytes(inner.toByteArray());
    return out.toByteArray();
  }

  private static byte[] init(List<MechanismOid> list, byte[] token) {
    return Spnego.encode(new Spnego.Token.NegTokenInit(list, token, NOTHING));
  }

  private static KerberosMechanism kerberos() throws Exception {
    Keytab keytab = Keytab.parse(KeytabTest.good(), "keytab");
    return new KerberosMechanism(() -> Optional.of(keytab), _ -> Optional.empty());
  }

  private static UserMechanism users(KerberosMechanism kerberos) {
    return new UserMechanism(
        new NtlmMechanism(
            "node1",
            _ -> Optional.empty(),
            new LogonThrottle(LogonLimits.DEFAULT, System::nanoTime),
            InstantSource.system(),
            new SecureRandom()),
        kerberos);
  }

  @Test
  void shouldRefuseWhateverIsNoTicketAndNeverThrow() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      byte[] ticket = new byte[random.nextInt(200)];
      random.nextBytes(ticket);
      if (ticket.length > 4 && i % 2 == 0) {
        // So that it begins as an AP-REQ does.
        ticket[0] = 0x6E;
        ticket[1] = (byte) (ticket.length - 2);
        ticket[2] = 0x30;
        ticket[3] = (byte) (ticket.length - 4);
      }
      byte[] token = i % 3 == 0 ? ticket : apReq(ticket);
      try (SecurityContext context = kerberos().acceptor()) {
        if (token.length > 0) {
          Step step = context.next(init(List.of(MechanismOid.KERBEROS), token));
          assertThat(step).isInstanceOf(Step.Refused.class);
          assertThat(((Step.Refused) step).reason().lines()).hasSize(1);
        }
      }
    }
  }

  @Test
  void shouldAskForTheTicketWhenOnlyTheMechanismIsNamed() throws Exception {
    try (SecurityContext context = kerberos().acceptor()) {
      Step first = context.next(init(KerberosMechanism.NAMES, NOTHING));

      assertThat(first).isInstanceOf(Step.Continue.class);
      Spnego.Token.NegTokenResp answer =
          (Spnego.Token.NegTokenResp) Spnego.decode(((Step.Continue) first).token());
      assertThat(answer.supportedMech()).contains(MechanismOid.KERBEROS);
      assertThat(context.next(init(KerberosMechanism.NAMES, NOTHING)))
          .as("a second beginning")
          .isInstanceOf(Step.Refused.class);
      assertThat(context.next(new byte[0])).isInstanceOf(Step.Refused.class);
    }
  }

  @Test
  void shouldChooseByTheClientsFirstMechanismAndTheKeytab() throws Exception {
    InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 1);
    byte[] kerberosFirst =
        init(List.of(MechanismOid.KERBEROS, MechanismOid.NTLM), apReq(new byte[4]));
    UserMechanism both = users(kerberos());
    UserMechanism ntlmOnly = users(new KerberosMechanism(Optional::empty, _ -> Optional.empty()));

    try (SecurityContext context = both.acceptor(peer)) {
      assertThat(context.next(kerberosFirst)).isInstanceOf(Step.Refused.class);
    }
    try (SecurityContext context = ntlmOnly.acceptor(peer)) {
      Step step = context.next(kerberosFirst);
      Spnego.Token.NegTokenResp answer =
          (Spnego.Token.NegTokenResp) Spnego.decode(((Step.Continue) step).token());
      assertThat(answer.supportedMech()).contains(MechanismOid.NTLM);
      assertThat(answer.negState()).contains(Spnego.NegState.REQUEST_MIC);
    }
    assertThat(offered(both))
        .containsExactly(MechanismOid.KERBEROS, KerberosMechanism.NAMES.get(1), MechanismOid.NTLM);
    assertThat(offered(ntlmOnly)).containsExactly(MechanismOid.NTLM);
  }

  private static List<MechanismOid> offered(UserMechanism mechanism) throws Exception {
    return ((Spnego.Token.NegTokenInit) Spnego.decode(mechanism.negotiateToken())).mechTypes();
  }
}
