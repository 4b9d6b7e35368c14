package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.KeyParameters;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlRequestCodec;
import org.sealane.smb.io.IoctlResponseCodec;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.MultiProtocolRequest;
import org.sealane.smb.negotiate.MultiProtocolRequestCodec;
import org.sealane.smb.negotiate.NegotiateInfoRequest;
import org.sealane.smb.negotiate.NegotiateInfoRequestCodec;
import org.sealane.smb.negotiate.NegotiateInfoResponse;
import org.sealane.smb.negotiate.NegotiateInfoResponseCodec;
import org.sealane.smb.negotiate.NegotiateRequest;
import org.sealane.smb.negotiate.NegotiateResponseCodec;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** What a server for users does before 3.1.1's own protection: SMB1's start, and validation. */
class OlderDialectsTest {
  private static final UUID GUID = new UUID(4, 4);
  private static final Capabilities CAPABILITIES =
      new Capabilities(Capabilities.LARGE_MTU | Capabilities.ENCRYPTION);

  private static ServerHarness serve(Dialect oldest) {
    return ServerHarness.of(
        ServerSettings.defaults(ServerHarness.SERVER_GUID)
            .withAccess(new AccessRules(EnumSet.range(oldest, Dialect.SMB_3_1_1), true, true)));
  }

  private static byte[] smb1(String... dialects) {
    MessageWriter out = new MessageWriter();
    MultiProtocolRequestCodec.encode(new MultiProtocolRequest(List.of(dialects)), out);
    return out.written().toArray(ValueLayout.JAVA_BYTE);
  }

  @Nested
  class MultiProtocol {
    @Test
    void shouldAnswerWithTheWildcardAndGoOnWithSmb2() throws Exception {
      ServerHarness server = serve(Dialect.SMB_3_0);
      ScriptedPeer peer = new ScriptedPeer(server);

      Reply reply = peer.ask(smb1("NT LM 0.12", "SMB 2.002", "SMB 2.???"));

      assertThat(reply.header().messageId()).isZero();
      assertThat(NegotiateResponseCodec.decode(reply.in()).dialectRevision())
          .isEqualTo(Dialect.WILDCARD);
      peer.nextMessageId = 1;
      assertThat(peer.negotiate().status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(peer.setup("node1").status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(peer.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      server.assertNothingLeaks();
    }

    @Test
    void shouldDropASecondOne() {
      ServerHarness server = serve(Dialect.SMB_3_0);
      ScriptedPeer peer = new ScriptedPeer(server);
      peer.ask(smb1("SMB 2.???"));

      peer.assertDisconnects(smb1("SMB 2.???"));

      assertThat(server.events(ServerEvent.Smb1Refused.class)).hasSize(1);
    }

    @Test
    void shouldDropClientsOfSmb1OnlyAndOtherCommands() {
      byte[] other = smb1("SMB 2.???");
      other[4] = 0x73;
      for (byte[] frame : List.of(smb1("NT LM 0.12"), smb1("SMB 2.002"), smb1(), other)) {
        ServerHarness server = serve(Dialect.SMB_3_0);
        new ScriptedPeer(server).assertDisconnects(frame);
        assertThat(server.events(ServerEvent.Smb1Refused.class)).hasSize(1);
      }
    }

    @Test
    void shouldDropItWhereOnlyTheNewestDialectIsSpoken() {
      ServerHarness server = serve(Dialect.SMB_3_1_1);

      new ScriptedPeer(server).assertDisconnects(smb1("SMB 2.???"));

      assertThat(server.events(ServerEvent.Smb1Refused.class)).hasSize(1);
    }

    @Test
    void shouldSettleOn202WhenTheClientNamesNothingNewer() throws Exception {
      ServerHarness server = serve(Dialect.SMB_2_0_2);
      Reply reply = new ScriptedPeer(server).ask(smb1("NT LM 0.12", "SMB 2.002"));

      assertThat(NegotiateResponseCodec.decode(reply.in()).dialectRevision()).isEqualTo(0x0202);
      server.assertNothingLeaks();
    }
  }

  @Nested
  class Validation {
    private final ServerHarness server = serve(Dialect.SMB_2_0_2);
    private final ScriptedPeer peer = connected(server);

    /** A peer of SMB 3.0.2 with a tree. */
    private static ScriptedPeer connected(ServerHarness server) {
      ScriptedPeer peer = new ScriptedPeer(server);
      NegotiateRequest request =
          new NegotiateRequest(
              SecurityMode.SIGNING_ENABLED, CAPABILITIES, GUID, List.of(0x0210, 0x0302), List.of());
      assertThat(peer.negotiate(request).status()).isEqualTo(NtStatus.SUCCESS);
      byte[] setup = peer.setupRequest("node1", 0).bytes();
      server.deliver(setup);
      MemorySegment frame = MemorySegment.ofArray(server.transport.sent.poll());
      peer.sessionId = frame.get(ValueLayout.JAVA_LONG_UNALIGNED, 40);
      try (SessionSecret secret = new SessionSecret(TestMechanism.secretBytes())) {
        peer.keys =
            java.util.Optional.of(
                SessionKeys.derive(
                    secret,
                    new KeyParameters(
                        new KeyContext.Smb30(),
                        java.util.Optional.of(CipherId.AES_128_CCM),
                        SigningAlgorithm.AES_CMAC,
                        Role.CLIENT,
                        peer.sessionId)));
      }
      assertThat(peer.parse(frame).getFirst().level()).isEqualTo(Level.SIGN);
      assertThat(peer.treeConnect("\\\\server\\share", Level.SIGN).status())
          .isEqualTo(NtStatus.SUCCESS);
      return peer;
    }

    private byte[] validate(UnaryOperator<NegotiateInfoRequest> change, int maxOutput) {
      NegotiateInfoRequest info =
          change.apply(
              new NegotiateInfoRequest(
                  CAPABILITIES, GUID, SecurityMode.SIGNING_ENABLED, List.of(0x0210, 0x0302)));
      MessageWriter input = new MessageWriter();
      NegotiateInfoRequestCodec.encode(info, input);
      IoctlRequest ioctl =
          new IoctlRequest(
              FsctlCode.VALIDATE_NEGOTIATE_INFO,
              FileId.NONE,
              input.written(),
              0,
              maxOutput,
              IoctlRequest.FLAG_IS_FSCTL);
      return peer.request(Command.IOCTL)
          .body(out -> IoctlRequestCodec.encode(ioctl, out))
          .level(Level.SIGN)
          .bytes();
    }

    @Test
    void shouldRepeatUnderASignatureWhatItSaid() throws Exception {
      Reply reply = peer.ask(validate(info -> info, 24));

      assertThat(reply.level()).isEqualTo(Level.SIGN);
      NegotiateInfoResponse answer =
          NegotiateInfoResponseCodec.decode(
              new MessageReader(IoctlResponseCodec.decode(reply.in()).output()));
      assertThat(answer.dialect()).isEqualTo(0x0302);
      assertThat(answer.guid()).isEqualTo(ServerHarness.SERVER_GUID);
      assertThat(answer.securityMode()).isEqualTo(SecurityMode.SIGNING_REQUIRED);
      assertThat(answer.capabilities().has(Capabilities.ENCRYPTION)).isTrue();
      server.assertNothingLeaks();
    }

    @Test
    void shouldEndTheConnectionWithAnEventWhenTheClientHadSaidMore() {
      peer.assertDisconnects(
          validate(
              info ->
                  new NegotiateInfoRequest(
                      info.capabilities(),
                      info.guid(),
                      info.securityMode(),
                      List.of(0x0210, 0x0302, 0x0311)),
              24));

      assertThat(server.events(ServerEvent.TamperingSuspected.class))
          .hasSize(1)
          .allMatch(event -> event.windowsId() == 1005);
    }

    @Test
    void shouldEndTheConnectionWhenTheCapabilitiesDiffer() {
      peer.assertDisconnects(
          validate(
              info ->
                  new NegotiateInfoRequest(
                      new Capabilities(0x7F), info.guid(), info.securityMode(), info.dialects()),
              24));
      assertThat(server.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
    }

    @Test
    void shouldEndTheConnectionWhenThereIsNoRoomForTheAnswer() {
      peer.assertDisconnects(validate(info -> info, 23));
    }
  }
}
