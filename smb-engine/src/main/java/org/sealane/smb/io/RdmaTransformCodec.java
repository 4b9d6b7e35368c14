package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link RdmaTransform}, [MS-SMB2] 2.2.43. Reserved fields are ignored. */
public final class RdmaTransformCodec {
  private static final int DESCRIPTOR_LENGTH_OFFSET = 2;
  private static final int CHANNEL_OFFSET = 4;
  private static final int TRANSFORM_COUNT_OFFSET = 8;

  private RdmaTransformCodec() {}

  /** Reads it from {@code at} on; refuses a Channel other than 0, 1 or 2. */
  public static RdmaTransform decode(MessageReader in, long at) throws MalformedMessageException {
    in.require("RDMA_TRANSFORM", at, RdmaTransform.LENGTH);
    return new RdmaTransform(
        in.u16("RdmaDescriptorOffset", at),
        in.u16("RdmaDescriptorLength", at + DESCRIPTOR_LENGTH_OFFSET),
        Channel.decode(
            in.i32("Channel", at + CHANNEL_OFFSET),
            at + CHANNEL_OFFSET,
            Channel.RDMA_V1_INVALIDATE),
        in.u16("TransformCount", at + TRANSFORM_COUNT_OFFSET));
  }

  /** Writes it from {@code at} on. */
  public static void encode(RdmaTransform transform, MessageWriter out, int at) {
    out.padTo(at + RdmaTransform.LENGTH)
        .u16(at, transform.descriptorOffset())
        .u16(at + DESCRIPTOR_LENGTH_OFFSET, transform.descriptorLengthBytes())
        .i32(at + CHANNEL_OFFSET, transform.channel().code())
        .u16(at + TRANSFORM_COUNT_OFFSET, transform.transformCount());
  }
}
