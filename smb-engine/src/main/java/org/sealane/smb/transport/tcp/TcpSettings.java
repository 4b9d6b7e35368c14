package org.sealane.smb.transport.tcp;

import java.time.Duration;

/**
 * Limits and choices of one TCP transport.
 *
 * @param provider what carries the bytes
 * @param eventLoops threads; each connection belongs to one of them
 * @param connectTimeout how long a connection attempt may take
 * @param connectionsMax open connections of one listener; a further one is closed at once
 * @param unsentBytesHigh bytes queued on a connection above which its handler is told to stop
 * @param unsentBytesLow bytes queued below which it is told to go on
 * @param unsentBytesMax bytes queued above which the connection is reset
 * @param frameStallTimeout how long a frame that has begun may make no progress
 * @param flushTimeout how long a connection that closes after a flush may take for it
 */
public record TcpSettings(
    Provider provider,
    int eventLoops,
    Duration connectTimeout,
    int connectionsMax,
    long unsentBytesHigh,
    long unsentBytesLow,
    long unsentBytesMax,
    Duration frameStallTimeout,
    Duration flushTimeout) {

  /** What carries the bytes. */
  public enum Provider {
    /** Epoll where its native library loads, else NIO. */
    BEST,
    EPOLL,
    NIO
  }

  public TcpSettings {
    if (eventLoops < 1 || connectionsMax < 1) {
      throw new IllegalArgumentException("at least one event loop and one connection");
    }
    if (unsentBytesLow > unsentBytesHigh || unsentBytesHigh > unsentBytesMax) {
      throw new IllegalArgumentException("marks of unsent bytes must rise: low, high, max");
    }
  }

  /**
   * One event loop a core. The marks leave room for two of the longest frames below the high one,
   * so that one is ready while another is sent.
   */
  public static TcpSettings defaults() {
    return new TcpSettings(
        Provider.BEST,
        Runtime.getRuntime().availableProcessors(),
        Duration.ofSeconds(5),
        1024,
        20L << 20,
        8L << 20,
        128L << 20,
        Duration.ofSeconds(30),
        Duration.ofSeconds(5));
  }
}
