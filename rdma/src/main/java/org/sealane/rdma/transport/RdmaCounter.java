package org.sealane.rdma.transport;

/** What the RDMA transport counts. */
public enum RdmaCounter {
  /** Connections that a listener took. */
  CONNECTIONS_ACCEPTED("connections accepted"),
  /** Connections made to a peer. */
  CONNECTIONS_MADE("connections made"),
  /** Connections that have ended. */
  CONNECTIONS_CLOSED("connections closed"),
  /** Connections refused because a limit was reached. */
  CONNECTIONS_REFUSED("connections refused"),
  /** Whole frames received. */
  FRAMES_RECEIVED("frames received"),
  /** Whole frames handed to the device. */
  FRAMES_SENT("frames sent"),
  /** Connections reset because a frame or a placed payload lost its permit to leave. */
  FRAMES_WITHHELD("frames withheld"),
  /** Bytes fetched from peers by RDMA READ. */
  BYTES_READ("bytes fetched by RDMA READ"),
  /** Bytes placed at peers by RDMA WRITE. */
  BYTES_WRITTEN("bytes placed by RDMA WRITE"),
  /** Connections closed because the peer broke a rule of SMB Direct. */
  VIOLATIONS("SMB Direct violations"),
  /** Work requests that completed with an error other than a flush. */
  WORK_REQUESTS_FAILED("work requests failed"),
  /** Connections reset because what was sent was not taken in time. */
  DELIVERY_TIMEOUTS("delivery timeouts"),
  /** Times that a placement buffer was not free. */
  BUFFER_WAITS("waits for a placement buffer"),
  /** Times that receiving stopped because too much frame memory was lent. */
  MEMORY_WAITS("waits for frame memory"),
  /** Connections reset because too much was queued for a peer that does not read. */
  SEND_QUEUE_OVERFLOWS("send queue overflows"),
  /** Connections reset because work was posted and none completed. */
  COMPLETION_TIMEOUTS("completion timeouts"),
  /** Connections closed because this program failed on them. */
  FAULTS("faults");

  private final String label;

  RdmaCounter(String label) {
    this.label = label;
  }

  /** The words shown to an operator. */
  public String label() {
    return label;
  }
}
