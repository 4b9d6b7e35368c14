package org.sealane.deploy.wire;

/**
 * What a relay has seen of a lane, both directions together.
 *
 * @param bytes bytes that passed
 * @param sealedFrames frames that started with FD, encrypted messages
 * @param plainFrames frames that started with anything else
 * @param canaries how often the canary was seen in clear
 */
public record WireObservation(long bytes, long sealedFrames, long plainFrames, long canaries) {
  static final WireObservation NOTHING = new WireObservation(0, 0, 0, 0);

  WireObservation plus(WireObservation other) {
    return new WireObservation(
        bytes + other.bytes,
        sealedFrames + other.sealedFrames,
        plainFrames + other.plainFrames,
        canaries + other.canaries);
  }
}
