package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.MaxSizes;
import org.sealane.smb.negotiate.NegotiateContext;
import org.sealane.smb.negotiate.NegotiateResponse;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.ErrorResponse;
import org.sealane.smb.wire.ErrorResponseCodec;
import org.sealane.smb.wire.NtStatus;

/** NEGOTIATE and SESSION_SETUP against a scripted server. */
class SessionSetupTest {
  private final ScriptedServer server = new ScriptedServer();

  @AfterEach
  void everythingIsGivenBack() {
    server.transport.reportClose();
    assertThat(server.pool.outstandingBytes()).isZero();
  }

  static ClientException failureOf(CompletionStage<?> stage) {
    CompletableFuture<?> future = stage.toCompletableFuture();
    assertThat(future).isCompletedExceptionally();
    Throwable failure = future.exceptionNow();
    assertThat(failure).isInstanceOf(ClientException.class);
    return (ClientException) failure;
  }

  @Test
  void shouldNegotiateAndAuthenticate() {
    assertThat(server.negotiate()).isSameAs(server.connection);
    assertThat(server.connection.negotiated().cipher()).contains(CipherId.AES_128_GCM);
    assertThat(server.transport.frameLimitBytes())
        .isEqualTo(FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX);
    ClientSession session = server.authenticate();
    assertThat(session.id()).isEqualTo(ScriptedServer.SESSION_ID);
    assertThat(session.peer()).isEqualTo(FakeContext.SERVER);
    assertThat(server.transport.frameLimitBytes()).isEqualTo(FramePool.FRAME_BYTES_MAX);
    assertThat(server.context.isClosed()).isTrue();
    assertThat(server.events).isEmpty();
  }

  @Test
  void shouldFailWhenTheServerChoosesWhatWasNotOffered() {
    CompletionStage<ClientConnection> negotiated = server.connection.negotiate(new byte[32]);
    ScriptedServer.Received request = server.receive();
    server.answerNegotiate(request, response(CipherId.AES_256_CCM));
    assertThat(failureOf(negotiated)).isInstanceOf(ClientException.NegotiationFailed.class);
    assertThat(server.transport.isClosed()).isTrue();
  }

  @Test
  void shouldFailWhenTheServerChoosesNoCipher() {
    CompletionStage<ClientConnection> negotiated = server.connection.negotiate(new byte[32]);
    NegotiateResponse offered = response(CipherId.AES_128_GCM);
    server.answerNegotiate(
        server.receive(),
        new NegotiateResponse(
            offered.securityMode(),
            offered.dialectRevision(),
            offered.serverGuid(),
            offered.capabilities(),
            offered.maxSizes(),
            0,
            0,
            new byte[0],
            offered.contexts().stream()
                .filter(context -> !(context instanceof NegotiateContext.Encryption))
                .toList()));
    assertThat(failureOf(negotiated)).hasMessageContaining("Ciphers");
  }

  private static NegotiateResponse response(CipherId cipher) {
    return new NegotiateResponse(
        SecurityMode.SIGNING_ENABLED,
        0x0311,
        new UUID(4, 4),
        new Capabilities(Capabilities.LARGE_MTU),
        MaxSizes.all(8 << 20),
        0,
        0,
        new byte[0],
        List.of(
            new NegotiateContext.PreauthIntegrity(List.of(1), new byte[32]),
            new NegotiateContext.Encryption(List.of(cipher.id())),
            new NegotiateContext.Signing(List.of(SigningAlgorithm.AES_GMAC.id()))));
  }

  @Test
  void shouldFailWhenTheServerRefusesToNegotiate() {
    CompletionStage<ClientConnection> negotiated = server.connection.negotiate(new byte[32]);
    server.fail(server.receive(), NtStatus.NOT_SUPPORTED);
    assertThat(failureOf(negotiated).status()).isEqualTo(NtStatus.NOT_SUPPORTED);
    assertThat(server.transport.isClosed()).isTrue();
  }

  @Test
  void shouldReportTamperingWhenTheFinalResponseHasAnotherSignature() {
    server.negotiate();
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    server.answerSetup("hello", NtStatus.MORE_PROCESSING_REQUIRED, "go on");
    server.answerFinalSetup(message -> {
      message[50] ^= 1;
      return message;
    });
    assertThat(failureOf(session)).isInstanceOf(ClientException.AuthenticationFailed.class);
    assertThat(server.events)
        .anySatisfy(event -> {
          assertThat(event).isInstanceOf(ClientEvent.TamperingSuspected.class);
          assertThat(event.windowsId()).isEqualTo(1005);
        });
    assertThat(server.transport.wasReset()).isTrue();
  }

  @Test
  void shouldReportTamperingWhenTheFinalResponseIsNotSigned() {
    server.negotiate();
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    server.answerSetup("hello", NtStatus.MORE_PROCESSING_REQUIRED, "go on");
    server.answerFinalSetup(message -> {
      message[16] &= ~8;
      return message;
    });
    assertThat(failureOf(session)).isInstanceOf(ClientException.AuthenticationFailed.class);
    assertThat(server.events).hasAtLeastOneElementOfType(ClientEvent.TamperingSuspected.class);
  }

  @Test
  void shouldReportTamperingWhenNegotiateWasChangedOnItsWay() {
    CompletionStage<ClientConnection> negotiated = server.connection.negotiate(new byte[32]);
    ScriptedServer.Received request = server.receive();
    // Somebody in the middle sets a capability: both ends go on, with different hashes.
    request.message().message().set(java.lang.foreign.ValueLayout.JAVA_BYTE, 72, (byte) 0x7F);
    server.negotiated = java.util.Optional.empty();
    server.answerNegotiate(request, response(CipherId.AES_128_GCM));
    server.negotiated = java.util.Optional.of(negotiated.toCompletableFuture().join().negotiated());
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    server.answerSetup("hello", NtStatus.MORE_PROCESSING_REQUIRED, "go on");
    server.answerFinalSetup(message -> message);
    assertThat(failureOf(session)).isInstanceOf(ClientException.AuthenticationFailed.class);
    assertThat(server.events).hasAtLeastOneElementOfType(ClientEvent.TamperingSuspected.class);
  }

  @Test
  void shouldSayWhyWhenTheServerRefusesUs() {
    server.negotiate();
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    server.answerSetup("hello", NtStatus.MORE_PROCESSING_REQUIRED, "no");
    assertThat(failureOf(session))
        .isInstanceOf(ClientException.AuthenticationFailed.class)
        .hasMessageContaining("the peer said no");
    assertThat(server.context.isClosed()).isTrue();
    assertThat(server.transport.isClosed()).isFalse();
  }

  @Test
  void shouldTellTheServerWhyBeforeItFailsWhenWeRefuse() {
    server.negotiate();
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    server.answerSetup("hello", NtStatus.MORE_PROCESSING_REQUIRED, "not you");
    assertThat(session.toCompletableFuture()).isNotDone();
    ScriptedServer.Received farewell = server.receive();
    assertThat(farewell.command()).isEqualTo(Command.SESSION_SETUP);
    server.reply(
        farewell,
        NtStatus.LOGON_FAILURE,
        out -> ErrorResponseCodec.encode(ErrorResponse.EMPTY, out));
    assertThat(failureOf(session)).hasMessageContaining("not the peer that was meant");
  }

  @Test
  void shouldFailWithTheServersStatusWhenItGivesNoReason() {
    server.negotiate();
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    server.fail(server.receive(), NtStatus.LOGON_FAILURE);
    assertThat(failureOf(session).status()).isEqualTo(NtStatus.LOGON_FAILURE);
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.AuthenticationFailed.class);
  }

  @Test
  void shouldEndWhenTheServerNeverStopsAskingForMore() {
    server.negotiate();
    CompletionStage<ClientSession> session = server.connection.authenticate(server.context, 0);
    for (int i = 0; i < 20 && server.transport.hasSent(); i++) {
      ScriptedServer.Received request = server.receive();
      server.transport.deliver(
          ScriptedServer.message(
              new org.sealane.smb.wire.Smb2Header(
                  1,
                  NtStatus.MORE_PROCESSING_REQUIRED,
                  request.header().command(),
                  1,
                  1,
                  0,
                  request.header().messageId(),
                  0,
                  ScriptedServer.SESSION_ID),
              out ->
                  org.sealane.smb.session.SessionSetupResponseCodec.encode(
                      new org.sealane.smb.session.SessionSetupResponse(0, new byte[0]), out)));
    }
    assertThat(failureOf(session)).isInstanceOf(ClientException.AuthenticationFailed.class);
  }

  @Test
  void shouldConnectATreeSignedEvenWhenPayloadsTravelClear() {
    server.negotiate();
    ClientSession session = server.authenticate();
    CompletableFuture<ClientTree> tree =
        session
            .treeConnect("\\\\server\\share", TrafficGate.minimum(Level.CLEAR))
            .toCompletableFuture();
    ScriptedServer.Received request = server.receive();
    assertThat(request.level()).isEqualTo(Level.SIGN);
    server.fail(request, NtStatus.BAD_NETWORK_NAME);
    assertThat(failureOf(tree).status()).isEqualTo(NtStatus.BAD_NETWORK_NAME);
  }

  @Test
  void shouldRefuseAnUnsignedAnswerToTreeConnect() {
    server.negotiate();
    ClientSession session = server.authenticate();
    CompletionStage<ClientTree> tree =
        session.treeConnect("\\\\server\\share", TrafficGate.minimum(Level.CLEAR));
    ScriptedServer.Received request = server.receive();
    server.deliver(
        ScriptedServer.message(
            ScriptedServer.header(request.header(), NtStatus.BAD_NETWORK_NAME, 1),
            out -> ErrorResponseCodec.encode(ErrorResponse.EMPTY, out)),
        Level.CLEAR);
    assertThat(failureOf(tree)).isInstanceOf(ClientException.Violation.class);
    assertThat(server.events).hasExactlyElementsOfTypes(ClientEvent.WeakResponseRefused.class);
  }

  @Test
  void shouldDestroyTheKeysOnLogoff() {
    server.negotiate();
    ClientSession session = server.authenticate();
    CompletionStage<Void> done = session.logoff();
    ScriptedServer.Received request = server.receive();
    assertThat(request.level()).isEqualTo(Level.ENCRYPT);
    server.reply(
        request,
        NtStatus.SUCCESS,
        out ->
            org.sealane.smb.session.LogoffResponseCodec.encode(
                new org.sealane.smb.session.LogoffResponse(), out));
    assertThat(done.toCompletableFuture()).isCompleted();
    assertThat(Set.copyOf(server.events)).isEmpty();
    CompletionStage<Void> late = session.echo();
    assertThat(failureOf(late)).isInstanceOf(ClientException.ConnectionLost.class);
    assertThat(server.transport.isClosed()).isFalse();
  }
}
