package org.sealane.smb.transport;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.io.BufferDescriptorV1;

/**
 * Payloads placed by RDMA READ and WRITE straight into registered memory, beside the messages of
 * one connection, [MS-SMBD] 3.1.4.3 to 3.1.4.6. One end exposes a buffer and sends its descriptors;
 * the other reads from it or writes to it.
 *
 * <p>Any thread may call any method; none blocks. Stages complete on any thread, whose work must
 * not block either. Every stage completes: at the latest when the connection is gone, and before
 * {@link FrameHandler#onClosed} is called. A failed work request ends the connection, as the queue
 * pair is in error; its stage fails with an {@link java.io.IOException}.
 *
 * <p>What is placed is not changed on the way: who calls decides whether a buffer holds ciphertext.
 * A buffer may lie where the peer can reach it even before it is exposed and after it is revoked,
 * as with a provider whose registered memory is shared as a whole. So the plaintext of what must be
 * encrypted is never put into one.
 */
public interface DirectPlacement {

  /** What an exposed buffer lets the peer do. */
  enum Access {
    /** RDMA READ by the peer: the buffer is the source of a WRITE request. */
    REMOTE_READ,
    /** RDMA WRITE by the peer: the buffer is the target of a READ request. */
    REMOTE_WRITE
  }

  /**
   * The most bytes of one lease and of one transfer: the MaxReadWriteSize that SMB Direct
   * negotiated, and no more than the pool's largest buffer.
   */
  int maxReadWriteBytes();

  /**
   * True if a peer's message can take the rights of an {@link Exposure} away, as it can where
   * rights are given by memory windows, so that requests may ask for it with {@link
   * org.sealane.smb.io.Channel#RDMA_V1_INVALIDATE}. False if that would end the connection.
   */
  boolean remoteInvalidation();

  /**
   * Lends a buffer of registered memory out of a pool of fixed size, with all that exposing it
   * takes. While none is free the future waits, first come first served; it never fails for that,
   * and cancelling it gives the place up. It fails with an IOException when the connection is gone.
   *
   * <p>Accepted connections and those that this process made draw on separate budgets, as two
   * processes that serve each other could otherwise wait for each other's buffers.
   *
   * @param lengthBytes 1 to {@link #maxReadWriteBytes}
   */
  CompletableFuture<Lease> lease(int lengthBytes);

  /**
   * RDMA READ: fetches {@code lengthBytes} from the peer's memory into the first bytes of {@code
   * into}. The descriptors are consumed in their order, each before the next; what the last ones
   * cover beyond the length is not read. Completes when the bytes are there. Failed or not, the
   * lease is in no transfer any more once the stage has completed.
   *
   * @param from what a request of the peer named: its sum is at least {@code lengthBytes}, at most
   *     {@link BufferDescriptorV1#COUNT_MAX} of them
   * @param into a lease of this connection, not exposed and in no other transfer
   * @throws IllegalArgumentException if the lengths do not fit
   */
  CompletionStage<Void> read(List<BufferDescriptorV1> from, Lease into, int lengthBytes);

  /**
   * RDMA WRITE: places the first {@code lengthBytes} of {@code from} in the peer's memory, as
   * {@link #read} in the other direction. Completes when the device needs the buffer no more; a
   * message sent after this call arrives after the bytes.
   *
   * @param permit asked right before the bytes are handed to the device; once it says no, the
   *     connection is reset instead
   */
  CompletionStage<Void> write(
      Lease from, List<BufferDescriptorV1> into, int lengthBytes, OutboundFrame.Permit permit);

  /** Places bytes that may leave at any time, as ciphertext may. */
  default CompletionStage<Void> write(Lease from, List<BufferDescriptorV1> into, int lengthBytes) {
    return write(from, into, lengthBytes, OutboundFrame.Permit.ALWAYS);
  }

  /** One lent buffer. Close it exactly once, when it is neither exposed nor in a transfer. */
  interface Lease extends AutoCloseable {
    /**
     * The bytes asked for, outside the heap, accessible to every thread; they hold what the last
     * user left. Not to be touched after {@link #close}.
     */
    MemorySegment bytes();

    /**
     * Gives the peer of this connection rights to the first {@code lengthBytes}, and to nothing
     * else. Frames sent after this call may carry the descriptors. At most one exposure of a lease
     * has rights at a time; expose it again only after the last was revoked.
     *
     * <p>It does not fail when the connection is gone: then the descriptors are of no use.
     *
     * @param permit whether the peer may fetch what is exposed for {@link Access#REMOTE_READ}:
     *     asked again and again while it can, some times a second; once it says no, the connection
     *     is reset
     * @throws IllegalStateException if the last exposure was not revoked
     */
    Exposure expose(Access access, int lengthBytes, OutboundFrame.Permit permit);

    /** Exposes what may leave at any time, or what the peer writes. */
    default Exposure expose(Access access, int lengthBytes) {
      return expose(access, lengthBytes, OutboundFrame.Permit.ALWAYS);
    }

    /**
     * Gives the buffer back. A second call throws, as it may be somebody else's by then; and so
     * does a call while it is exposed or in a transfer, with the lease unchanged.
     */
    @Override
    void close();
  }

  /** Rights of the peer to one buffer. */
  interface Exposure {
    /** What a request tells the peer, in order; at most {@link BufferDescriptorV1#COUNT_MAX}. */
    List<BufferDescriptorV1> descriptors();

    /**
     * Takes the rights away. Completes when the peer can neither read nor write the buffer any
     * more: whatever it had begun is over. Only then is what a peer wrote to be read, and the
     * buffer to be filled again. At once if the peer invalidated the token or the connection is
     * gone; never fails: a device that can not revoke ends the connection, which does. A peer that
     * uses the token afterwards ends the connection. Idempotent.
     */
    CompletionStage<Void> revoke();
  }
}
