package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.ClientNegotiation;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.NegotiateInfoRequest;
import org.sealane.smb.negotiate.NegotiateInfoRequestCodec;
import org.sealane.smb.negotiate.NegotiateInfoResponse;
import org.sealane.smb.negotiate.NegotiateInfoResponseCodec;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * FSCTL_VALIDATE_NEGOTIATE_INFO, [MS-SMB2] 3.2.5.5: before 3.1.1 nothing else tells that NEGOTIATE
 * was changed on the way. Always signed, so that even a refusal proves something: that of a server
 * too old to know it, which has no stronger dialect to be talked out of.
 */
final class NegotiateValidation {
  private static final Set<NtStatus> UNKNOWN_TO_SERVER =
      Set.of(NtStatus.FILE_CLOSED, NtStatus.INVALID_DEVICE_REQUEST, NtStatus.NOT_SUPPORTED);

  private NegotiateValidation() {}

  /** The same tree, once the server has confirmed; the connection ends if it says other things. */
  static CompletionStage<ClientTree> of(ClientTree tree) {
    ClientConnection connection = tree.session().connection();
    MessageWriter input = new MessageWriter();
    NegotiateInfoRequestCodec.encode(said(connection.settings().negotiation()), input);
    return tree.ioctl(
            FsctlCode.VALIDATE_NEGOTIATE_INFO,
            FileId.NONE,
            MemorySegment.ofArray(input.written().toArray(ValueLayout.JAVA_BYTE)),
            NegotiateInfoResponse.LENGTH,
            Level.SIGN)
        .handle((output, failure) -> verdict(connection.negotiated(), output, failure))
        .thenCompose(verdict -> {
          if (verdict.isEmpty()) {
            return CompletableFuture.completedStage(tree);
          }
          Breach breach = Breach.tampering(verdict);
          connection.onBreach(breach);
          return CompletableFuture.failedStage(new ClientException.Violation(verdict));
        });
  }

  private static NegotiateInfoRequest said(ClientNegotiation.Settings settings) {
    List<Integer> dialects = settings.dialects().stream().sorted().map(Dialect::revision).toList();
    return new NegotiateInfoRequest(
        settings.capabilities(), settings.clientGuid(), settings.securityMode(), dialects);
  }

  /** What is wrong; empty if nothing is. */
  private static String verdict(NegotiatedConnection heard, byte[] output, Throwable failure) {
    if (failure != null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      if (cause instanceof ClientException.ServerStatus refused
          && UNKNOWN_TO_SERVER.contains(refused.status())
          && !heard.dialect().isAtLeast(Dialect.SMB_3_0)) {
        return "";
      }
      throw new CompletionException(cause);
    }
    NegotiateInfoResponse confirmed;
    try {
      confirmed =
          NegotiateInfoResponseCodec.decode(new MessageReader(MemorySegment.ofArray(output)));
    } catch (MalformedMessageException e) {
      return "the server's confirmation of NEGOTIATE is malformed: " + e.getMessage();
    }
    NegotiateInfoResponse expected =
        new NegotiateInfoResponse(
            heard.peerCapabilities(),
            heard.peerGuid(),
            heard.peerSecurityMode(),
            heard.dialect().revision());
    return confirmed.equals(expected)
        ? ""
        : "NEGOTIATE was changed on the way: the server says "
            + confirmed
            + ", we heard "
            + expected;
  }
}
