package org.sealane.smb.server;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.MaxSizes;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.negotiate.ServerNegotiation;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.wire.NtStatus;

/**
 * What a connection is given instead of a clock, randomness and globals.
 *
 * @param connectionId its number in logs and events
 * @param peer the other end's address
 * @param fresh salt and time for one NEGOTIATE response
 * @param sessionIds new ids that no peer can guess, never 0 or -1
 * @param openIds new ids, never used before in this process, never -1
 * @param globalSessions the sessions of all connections
 * @param durableOpens opens that outlive their connection
 * @param placement the connection's own, if its transport has any
 * @param interfaces what clients are told of the server's, empty if nothing; may block
 */
record ConnectionEnvironment(
    long connectionId,
    InetSocketAddress peer,
    ServerSettings settings,
    FramePool pool,
    SecurityMechanism mechanism,
    ShareResolver resolver,
    Supplier<ServerNegotiation.Fresh> fresh,
    LongSupplier sessionIds,
    LongSupplier openIds,
    GlobalSessions globalSessions,
    DurableOpens durableOpens,
    Optional<DirectPlacement> placement,
    Supplier<List<NetworkInterfaceInfo>> interfaces) {

  int limit(Limit limit) {
    return settings.limit(limit);
  }

  /** Refuses one more of what there are {@code now}, and tells {@code events}, at the limit. */
  void requireBelow(Limit limit, int now, EventSink events) throws Dispatcher.Refusal {
    if (now >= limit(limit)) {
      events.accept(new ServerEvent.LimitReached(connectionId, peer, limit.word(), limit(limit)));
      throw new Dispatcher.Refusal(NtStatus.INSUFFICIENT_RESOURCES);
    }
  }

  /** What this listener says in NEGOTIATE. */
  ServerNegotiation.Settings negotiation() {
    return new ServerNegotiation.Settings(
        settings.access().dialects(),
        settings.ciphers(),
        settings.signing(),
        placement.isPresent() ? Set.of(RdmaTransformId.values()) : Set.of(),
        settings.sessionLevel() == Level.CLEAR && !settings.access().requireSigning()
            ? SecurityMode.SIGNING_ENABLED
            : SecurityMode.SIGNING_REQUIRED,
        new Capabilities(
            Capabilities.LARGE_MTU
                | Capabilities.LEASING
                | (settings.multichannel() ? Capabilities.MULTI_CHANNEL : 0)),
        MaxSizes.all(limit(Limit.PAYLOAD_BYTES)),
        settings.serverGuid(),
        mechanism.negotiateToken());
  }
}
