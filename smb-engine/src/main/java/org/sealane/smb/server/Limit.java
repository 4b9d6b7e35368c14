package org.sealane.smb.server;

/** The server's limits, each with its default and the range a setting may take. */
public enum Limit {
  /** Connections at once; one more is closed as it arrives. */
  CONNECTIONS("connections", 1024, 1, 65_536),
  /**
   * Connections without a valid session at once. One more closes the oldest of them: a client that
   * means it is through in milliseconds, whatever waits beside it.
   */
  HALF_OPEN("half-open", 256, 1, 65_536),
  /** Time a connection has for its first valid session. */
  UNAUTHENTICATED_MILLIS("unauthenticated-millis", 15_000, 1, 3_600_000),
  /** SESSION_SETUP requests of one authentication. */
  HANDSHAKE_STEPS("handshake-steps", 8, 1, 64),
  /** Sessions of one connection, those being set up included. */
  SESSIONS_PER_CONNECTION("sessions-per-connection", 16, 1, 1024),
  /**
   * Connections that one session is bound to, the first and those being bound included. With 1, the
   * default, there is no multichannel, and clients are told so.
   */
  CHANNELS_PER_SESSION("channels-per-session", 1, 1, 32),
  /** Valid sessions of all connections; one more is refused. */
  SESSIONS("sessions", 4096, 1, 1 << 20),
  /**
   * How long a user's session is served before it must be reauthenticated, ten hours as Kerberos
   * tickets have by default; 0 is for ever. Nodes' sessions move instead.
   */
  SESSION_LIFETIME_SECONDS("session-lifetime-seconds", 36_000, 0, 2_592_000),
  /** Trees of one session. */
  TREES_PER_SESSION("trees-per-session", 64, 1, 4096),
  /** Opens of one session, those being made included. */
  OPENS_PER_SESSION("opens-per-session", 16_384, 1, 1 << 20),
  /** Opens of all sessions, those that wait for their client included: each is a descriptor. */
  OPENS("opens", 65_536, 1, 1 << 20),
  /**
   * Credits a connection may hold. With 64 KiB a credit this also bounds the payload that one
   * connection can have under way: 64 MiB by default.
   */
  CREDITS("credits", 1024, 32, 8192),
  /** The same before the first valid session: enough to authenticate, no more. */
  CREDITS_UNAUTHENTICATED("credits-unauthenticated", 4, 2, 64),
  /** Largest READ, WRITE and transaction; Windows allows the same. */
  PAYLOAD_BYTES("payload-bytes", 8 << 20, 64 << 10, 8 << 20),
  /** Messages in one compound. */
  COMPOUND_MESSAGES("compound-messages", 32, 1, 256),
  /** Requests that backends work on at once, of all connections; more wait. */
  OPERATIONS("operations", 256, 1, 65_536),
  /** Bytes of requests and responses that backends work on at once; more wait. */
  OPERATION_BYTES("operation-bytes", 256 << 20, 16 << 20, 1 << 30),
  /** Requests that wait for a backend; one more fails with STATUS_INSUFFICIENT_RESOURCES. */
  WAITING_OPERATIONS("waiting-operations", 16_384, 0, 1 << 20),
  /** After this time a request is answered with an interim STATUS_PENDING. */
  INTERIM_MILLIS("interim-millis", 1_000, 1, 60_000),
  /**
   * Requests of one connection that wait for something to happen on the share, such as the end of
   * another's lock; one more fails with STATUS_INSUFFICIENT_RESOURCES.
   */
  PENDING_REQUESTS("pending-requests", 512, 1, 8192),
  /** A connection with no open and nothing under way for this long is closed. */
  IDLE_MILLIS("idle-millis", 900_000, 1, 86_400_000),
  /**
   * Durable opens that wait for their client at once, of all connections; one more is closed with
   * its connection. With 0 no open is durable: users' clients get none without an oplock.
   */
  DURABLE_OPENS("durable-opens", 0, 0, 1 << 20),
  /** How long a durable open waits for its client, and the longest that one may ask for. */
  DURABLE_MILLIS("durable-millis", 60_000, 1, 300_000),
  /**
   * How long sent bytes may stay unacknowledged before their connection is dropped, so that old
   * bytes do not arrive long after; 0 is the system's default.
   */
  DELIVERY_MILLIS("delivery-millis", 0, 0, 3_600_000),
  /** How long closing the server waits for what is under way. */
  DRAIN_MILLIS("drain-millis", 10_000, 0, 600_000);

  private final String word;
  private final int defaultValue;
  private final int min;
  private final int max;

  Limit(String word, int defaultValue, int min, int max) {
    this.word = word;
    this.defaultValue = defaultValue;
    this.min = min;
    this.max = max;
  }

  /** The name in configuration, events and status. */
  public String word() {
    return word;
  }

  public int defaultValue() {
    return defaultValue;
  }

  /** Refuses a value outside the limit's range with a message that names both. */
  public int requireInRange(int value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          word + ": " + value + " is not within " + min + ".." + max);
    }
    return value;
  }
}
