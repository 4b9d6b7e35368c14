package org.sealane.rdma.smbdirect;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link NegotiateResponse}. */
public final class NegotiateResponseCodec {
  private static final int MIN_VERSION_OFFSET = 0;
  private static final int MAX_VERSION_OFFSET = 2;
  private static final int NEGOTIATED_VERSION_OFFSET = 4;
  private static final int CREDITS_REQUESTED_OFFSET = 8;
  private static final int CREDITS_GRANTED_OFFSET = 10;
  private static final int STATUS_OFFSET = 12;
  private static final int MAX_READ_WRITE_SIZE_OFFSET = 16;
  private static final int PREFERRED_SEND_SIZE_OFFSET = 20;
  private static final int MAX_RECEIVE_SIZE_OFFSET = 24;
  private static final int MAX_FRAGMENTED_SIZE_OFFSET = 28;

  private NegotiateResponseCodec() {}

  /** Reads one message; it may be longer than it needs to be. */
  public static NegotiateResponse decode(MemorySegment message) throws MalformedMessageException {
    MessageReader in = new MessageReader(message);
    in.require("NegotiateResponse", 0, NegotiateResponse.LENGTH);
    return new NegotiateResponse(
        in.u16("MinVersion", MIN_VERSION_OFFSET),
        in.u16("MaxVersion", MAX_VERSION_OFFSET),
        in.u16("NegotiatedVersion", NEGOTIATED_VERSION_OFFSET),
        in.u16("CreditsRequested", CREDITS_REQUESTED_OFFSET),
        in.u16("CreditsGranted", CREDITS_GRANTED_OFFSET),
        in.i32("Status", STATUS_OFFSET),
        in.u32("MaxReadWriteSize", MAX_READ_WRITE_SIZE_OFFSET),
        in.u32("PreferredSendSize", PREFERRED_SEND_SIZE_OFFSET),
        in.u32("MaxReceiveSize", MAX_RECEIVE_SIZE_OFFSET),
        in.u32("MaxFragmentedSize", MAX_FRAGMENTED_SIZE_OFFSET));
  }

  /** The message in an array of its own. */
  public static MemorySegment encode(NegotiateResponse response) {
    return new MessageWriter()
        .padTo(NegotiateResponse.LENGTH)
        .u16(MIN_VERSION_OFFSET, response.minVersion())
        .u16(MAX_VERSION_OFFSET, response.maxVersion())
        .u16(NEGOTIATED_VERSION_OFFSET, response.negotiatedVersion())
        .u16(CREDITS_REQUESTED_OFFSET, response.creditsRequested())
        .u16(CREDITS_GRANTED_OFFSET, response.creditsGranted())
        .i32(STATUS_OFFSET, response.status())
        .u32(MAX_READ_WRITE_SIZE_OFFSET, response.maxReadWriteSize())
        .u32(PREFERRED_SEND_SIZE_OFFSET, response.preferredSendSize())
        .u32(MAX_RECEIVE_SIZE_OFFSET, response.maxReceiveSize())
        .u32(MAX_FRAGMENTED_SIZE_OFFSET, response.maxFragmentedSize())
        .written();
  }
}
