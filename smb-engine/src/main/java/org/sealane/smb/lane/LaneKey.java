package org.sealane.smb.lane;

import java.util.UUID;

/**
 * Which lane of a node: there is one for each.
 *
 * @param peer the node it goes to
 * @param volume the volume whose traffic it carries
 * @param kind what it carries
 */
public record LaneKey(String peer, UUID volume, LaneKind kind) {}
