package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.encryption.MessageOpener;
import org.sealane.smb.encryption.NonceLedger;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.TransformedPayloadCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.DirectPlacement.Access;
import org.sealane.smb.wire.NtStatus;

/** The nonces of a real server, and of a peer with the same AES-GMAC key, on many connections. */
class PlacedNoncesTest {
  private static final int CONNECTIONS = 3;
  private static final int ROUNDS = 6;

  private final NonceLedger ledger = new NonceLedger();
  private PlacingPeer placing;
  private String connection;

  private Reply ask(PeerRequest request) {
    placing.server.deliver(request.bytes());
    byte[] frame = placing.server.transport.sent.getFirst();
    boolean sealed = MessageOpener.isSealed(MemorySegment.ofArray(frame));
    if (sealed) {
      ledger.addSealed(connection + " sealing", frame);
    }
    Reply reply = placing.peer.next().getFirst();
    if (reply.level() == Level.SIGN && !sealed) {
      ledger.addSigned(connection + " signing", reply.header(), Role.SERVER);
    }
    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    return reply;
  }

  private void readPlaced() throws Exception {
    DirectPlacement.Lease lease = placing.lease(5000);
    DirectPlacement.Exposure target = lease.expose(Access.REMOTE_WRITE, 5000);
    Reply reply = ask(placing.read(target, 5000, Channel.RDMA_V1, _ -> {}));
    ReadResponse response = ReadResponseCodec.decode(reply.in());
    RdmaCryptoTransform crypto =
        TransformedPayloadCodec.decode(ReadResponseCodec.payload(reply.in(), response)).crypto();
    note(crypto, " sealing");
    target.revoke();
    lease.close();
  }

  private void writePlaced(RdmaTransformId type) {
    byte[] plaintext = new byte[5000];
    byte[] placed = new byte[5000];
    RdmaCryptoTransform crypto = placing.protect(type, plaintext, placed);
    note(crypto, " peer's sealing");
    DirectPlacement.Lease lease = placing.lease(5000);
    lease.bytes().copyFrom(MemorySegment.ofArray(placed));
    DirectPlacement.Exposure source = lease.expose(Access.REMOTE_READ, 5000);
    ask(placing.transformedWrite(5000, crypto, source.descriptors(), _ -> {}));
    source.revoke();
    lease.close();
  }

  /** Cipher keys are one a direction, the signing key is one for both. */
  private void note(RdmaCryptoTransform crypto, String sealingKey) {
    boolean encrypted = crypto.type() == RdmaTransformId.ENCRYPTION;
    ledger.add(connection + (encrypted ? sealingKey : " signing"), crypto.nonce(), "payload");
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGN", "ENCRYPT"})
  void shouldUseNoNonceTwiceUnderTrafficOfAllKinds(Level level) throws Exception {
    RdmaTransformId type =
        level == Level.ENCRYPT ? RdmaTransformId.ENCRYPTION : RdmaTransformId.SIGNING;
    for (int i = 0; i < CONNECTIONS; i++) {
      connection = "connection " + i;
      byte[] salt = new byte[32];
      salt[0] = (byte) i;
      placing =
          new PlacingPeer(
              ServerSettings.defaults(ServerHarness.SERVER_GUID),
              TrafficGate.minimum(level),
              level,
              List.of(RdmaTransformId.values()),
              CipherId.AES_128_GCM,
              SigningAlgorithm.AES_GMAC,
              salt);
      PeerFiles files = new PeerFiles(placing.peer).at(level);
      for (int round = 0; round < ROUNDS; round++) {
        ask(files.write(placing.fileId, 0, new byte[5000]));
        readPlaced();
        writePlaced(type);
        ask(files.read(placing.fileId, 0, 100));
        ask(files.flush(placing.fileId));
      }
      placing.assertNothingLeaks();
    }
    assertThat(ledger.count("payload")).isEqualTo(CONNECTIONS * ROUNDS * 2);
    assertThat(ledger.count("message")).isEqualTo(CONNECTIONS * ROUNDS * 5);
  }
}
