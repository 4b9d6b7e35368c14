package org.sealane.rdma.disni;

import com.ibm.disni.verbs.RdmaConnParam;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.sealane.rdma.verbs.ConnectParameters;

/** What this side says as it connects or accepts; DiSNI's own setters refuse most of it. */
final class ConnParam extends RdmaConnParam {
  /** A peer that does not answer is given up after seven tries more. */
  private static final byte RETRIES = 7;

  /** One below the value that means for ever: a peer that posts no receive is given up. */
  private static final byte RECEIVER_NOT_READY_RETRIES = 6;

  /**
   * @param allocator of memory that lives until the call with it has returned
   */
  ConnParam(ConnectParameters words, SegmentAllocator allocator) {
    byte[] data = words.privateData();
    if (data.length > ConnectParameters.PRIVATE_DATA_BYTES_MAX) {
      throw new IllegalArgumentException(data.length + " bytes of private data");
    }
    if (data.length > 0) {
      MemorySegment copy = allocator.allocate(data.length);
      MemorySegment.copy(data, 0, copy, ValueLayout.JAVA_BYTE, 0, data.length);
      private_data_addr = copy.address();
      private_data_len = (byte) data.length;
    }
    responder_resources = (byte) words.responderResources();
    initiator_depth = (byte) words.initiatorDepth();
    retry_count = RETRIES;
    rnr_retry_count = RECEIVER_NOT_READY_RETRIES;
  }

  /**
   * What a peer said, in the peer's view; an event has it in this side's.
   *
   * @param said with its data still valid
   */
  static ConnectParameters ofPeer(RdmaConnParam said) {
    int length = Byte.toUnsignedInt(said.getPrivate_data_len());
    byte[] data =
        said.getPrivate_data() == 0
            ? new byte[0]
            : MemorySegment.ofAddress(said.getPrivate_data())
                .reinterpret(length)
                .toArray(ValueLayout.JAVA_BYTE);
    return new ConnectParameters(
        data,
        Byte.toUnsignedInt(said.getInitiator_depth()),
        Byte.toUnsignedInt(said.getResponder_resources()));
  }
}
