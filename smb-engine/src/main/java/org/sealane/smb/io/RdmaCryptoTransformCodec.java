package org.sealane.smb.io;

import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link RdmaCryptoTransform}, [MS-SMB2] 2.2.43.1. */
public final class RdmaCryptoTransformCodec {
  private static final int SIGNATURE_LENGTH_OFFSET = 2;
  private static final int NONCE_LENGTH_OFFSET = 4;

  private RdmaCryptoTransformCodec() {}

  /**
   * Reads it from {@code at} on; refuses an unknown type, and a signature or nonce that passes the
   * message's end. Padding behind it may be missing; Reserved is ignored.
   */
  public static RdmaCryptoTransform decode(MessageReader in, long at)
      throws MalformedMessageException {
    in.require("RDMA_CRYPTO_TRANSFORM", at, RdmaCryptoTransform.FIXED_LENGTH);
    int typeId = in.u16("TransformType", at);
    RdmaTransformId type =
        RdmaTransformId.ofId(typeId)
            .orElseThrow(
                () -> new MalformedMessageException("TransformType", at, "1 or 2", typeId));
    int signatureLength = in.u16("SignatureLength", at + SIGNATURE_LENGTH_OFFSET);
    int nonceLength = in.u16("NonceLength", at + NONCE_LENGTH_OFFSET);
    long signatureAt = at + RdmaCryptoTransform.FIXED_LENGTH;
    return new RdmaCryptoTransform(
        type,
        in.bytes("Signature", signatureAt, signatureLength),
        in.bytes("Nonce", signatureAt + signatureLength, nonceLength));
  }

  /** Writes it from {@code at} on, padding included. */
  public static void encode(RdmaCryptoTransform transform, MessageWriter out, int at) {
    int signatureAt = at + RdmaCryptoTransform.FIXED_LENGTH;
    out.padTo(at + transform.lengthBytes())
        .u16(at, transform.type().id())
        .u16(at + SIGNATURE_LENGTH_OFFSET, transform.signature().length)
        .u16(at + NONCE_LENGTH_OFFSET, transform.nonce().length)
        .bytes(signatureAt, transform.signature())
        .bytes(signatureAt + transform.signature().length, transform.nonce());
  }
}
