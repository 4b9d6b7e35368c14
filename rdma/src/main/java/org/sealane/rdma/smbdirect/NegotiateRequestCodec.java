package org.sealane.rdma.smbdirect;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link NegotiateRequest}. */
public final class NegotiateRequestCodec {
  private static final int MIN_VERSION_OFFSET = 0;
  private static final int MAX_VERSION_OFFSET = 2;
  private static final int CREDITS_REQUESTED_OFFSET = 6;
  private static final int PREFERRED_SEND_SIZE_OFFSET = 8;
  private static final int MAX_RECEIVE_SIZE_OFFSET = 12;
  private static final int MAX_FRAGMENTED_SIZE_OFFSET = 16;

  private NegotiateRequestCodec() {}

  /** Reads one message; it may be longer than it needs to be. */
  public static NegotiateRequest decode(MemorySegment message) throws MalformedMessageException {
    MessageReader in = new MessageReader(message);
    in.require("NegotiateRequest", 0, NegotiateRequest.LENGTH);
    return new NegotiateRequest(
        in.u16("MinVersion", MIN_VERSION_OFFSET),
        in.u16("MaxVersion", MAX_VERSION_OFFSET),
        in.u16("CreditsRequested", CREDITS_REQUESTED_OFFSET),
        in.u32("PreferredSendSize", PREFERRED_SEND_SIZE_OFFSET),
        in.u32("MaxReceiveSize", MAX_RECEIVE_SIZE_OFFSET),
        in.u32("MaxFragmentedSize", MAX_FRAGMENTED_SIZE_OFFSET));
  }

  /** The message in an array of its own. */
  public static MemorySegment encode(NegotiateRequest request) {
    return new MessageWriter()
        .padTo(NegotiateRequest.LENGTH)
        .u16(MIN_VERSION_OFFSET, request.minVersion())
        .u16(MAX_VERSION_OFFSET, request.maxVersion())
        .u16(CREDITS_REQUESTED_OFFSET, request.creditsRequested())
        .u32(PREFERRED_SEND_SIZE_OFFSET, request.preferredSendSize())
        .u32(MAX_RECEIVE_SIZE_OFFSET, request.maxReceiveSize())
        .u32(MAX_FRAGMENTED_SIZE_OFFSET, request.maxFragmentedSize())
        .written();
  }
}
