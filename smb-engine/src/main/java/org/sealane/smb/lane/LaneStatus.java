package org.sealane.smb.lane;

import java.time.Duration;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * One lane of this node at one moment, as its client sees it.
 *
 * @param key where it goes and what for
 * @param transport the transport's name
 * @param provider what carries the transport
 * @param level what it sends at now
 * @param cipher negotiated on its connection
 * @param signing negotiated on its connection
 * @param dialect as {@code 3.1.1}
 * @param keyAgreement the group that made its keys
 * @param epoch of the policy it runs under
 * @param age since its keys were derived
 * @param opens open files or disks
 * @param underWay requests not answered yet
 * @param payload bytes that passed in both directions, earlier sessions of the lane included
 * @param rekeys how often it took new keys
 * @param moves how often it moved, and how long requests were held for it
 */
public record LaneStatus(
    LaneKey key,
    String transport,
    String provider,
    Level level,
    CipherId cipher,
    SigningAlgorithm signing,
    String dialect,
    String keyAgreement,
    long epoch,
    Duration age,
    int opens,
    int underWay,
    PayloadBytes payload,
    int rekeys,
    LaneMoves moves) {}
