package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.ClientNegotiation;
import org.sealane.smb.negotiate.NegotiateRequest;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.NegotiateResponse;
import org.sealane.smb.negotiate.NegotiateResponseCodec;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.negotiate.PreauthIntegrityHash;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.Smb2Header;

/** NEGOTIATE of one connection, [MS-SMB2] 3.2.4.2.2.2 and 3.2.5.2. */
final class Negotiating implements ResponseHandler {
  private final ClientConnection connection;
  private final ClientNegotiation.Settings settings;
  private final NegotiateRequest request;
  private final CompletableFuture<ClientConnection> result = new CompletableFuture<>();
  private volatile PreauthIntegrityHash hash = PreauthIntegrityHash.initial();

  Negotiating(ClientConnection connection, ClientNegotiation.Settings settings, byte[] salt) {
    this.connection = connection;
    // RDMA transforms are offered exactly where payloads can be placed.
    this.settings =
        settings.withRdmaTransforms(
            connection.transport().placement().isPresent()
                ? Set.of(RdmaTransformId.values())
                : Set.of());
    this.request = ClientNegotiation.request(this.settings, salt);
  }

  CompletionStage<ClientConnection> start() {
    connection.submit(
        new Request(
            RequestScope.unprotected(0),
            Request.Content.small(
                Command.NEGOTIATE, Level.CLEAR, out -> NegotiateRequestCodec.encode(request, out)),
            this));
    return result;
  }

  @Override
  public void onEncoded(MemorySegment message) {
    hash = hash.extend(message);
  }

  @Override
  public void onResponse(Smb2Header header, MessageReader message, Level level)
      throws MalformedMessageException {
    NegotiateResponse response = NegotiateResponseCodec.decode(message);
    switch (ClientNegotiation.check(settings, response)) {
      case ClientNegotiation.Outcome.Agreed(NegotiatedConnection outcome) -> {
        connection.negotiated(outcome, hash.extend(message.message()));
        result.complete(connection);
      }
      case ClientNegotiation.Outcome.Failed(String field, String expected, String actual) ->
          fail(new ClientException.NegotiationFailed(field, expected, actual));
    }
  }

  @Override
  public void onFailure(ClientException failure) {
    fail(failure);
  }

  private void fail(ClientException failure) {
    connection.end(failure);
    result.completeExceptionally(failure);
  }
}
