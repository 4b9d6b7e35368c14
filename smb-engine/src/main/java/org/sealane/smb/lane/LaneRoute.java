package org.sealane.smb.lane;

import java.net.InetSocketAddress;
import org.sealane.smb.transport.Transport;

/**
 * The way a lane takes to the other node; the next session of the lane may take another.
 *
 * @param transport carries it; stays its owner's
 * @param address the lane listener, or a relay on the way to it
 */
public record LaneRoute(Transport transport, InetSocketAddress address) {}
