package org.sealane.smb.pipe;

import java.util.UUID;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link RpcPdu}, C706 12.6.3 and 12.6.4. */
final class RpcPduCodec {
  /** NDR, version 2: the only transfer syntax. */
  private static final UUID NDR = UUID.fromString("8a885d04-1ceb-11c9-9fe8-08002b104860");

  private static final int NDR_VERSION = 2;

  private static final int REQUEST = 0;
  private static final int RESPONSE = 2;
  private static final int FAULT = 3;
  private static final int BIND = 11;
  private static final int BIND_ACK = 12;

  private static final int TYPE_OFFSET = 2;
  private static final int FLAGS_OFFSET = 3;
  private static final int REPRESENTATION_OFFSET = 4;
  private static final int FRAGMENT_LENGTH_OFFSET = 8;
  private static final int AUTH_LENGTH_OFFSET = 10;
  private static final int CALL_ID_OFFSET = 12;
  private static final int VERSION = 5;

  /** Little-endian integers, ASCII, IEEE. */
  private static final int REPRESENTATION = 0x10;

  private static final int BIND_MAX_RECEIVE_OFFSET = 18;
  private static final int BIND_CONTEXTS_OFFSET = 24;
  private static final int BIND_CONTEXT_OFFSET = 28;
  private static final int BIND_INTERFACE_OFFSET = 32;
  private static final int BIND_INTERFACE_VERSION_OFFSET = 48;
  private static final int REQUEST_CONTEXT_OFFSET = 20;
  private static final int REQUEST_OPERATION_OFFSET = 22;
  static final int RESPONSE_STUB_OFFSET = 24;
  private static final int OBJECT_LENGTH = 16;
  private static final int FAULT_STATUS_OFFSET = 24;
  private static final int FAULT_LENGTH = 32;
  private static final int SECONDARY_ADDRESS_OFFSET = 26;
  private static final int WORD = 4;
  private static final int PROVIDER_REJECTION = 2;
  private static final int ABSTRACT_SYNTAX_NOT_SUPPORTED = 1;

  private RpcPduCodec() {}

  static RpcPdu decode(MessageReader in) throws MalformedMessageException {
    in.require("PDU", 0, RpcPdu.HEADER_LENGTH);
    expect(in.u8("rpc_vers", 0) == VERSION, "rpc_vers", 0, "5", in.u8("rpc_vers", 0));
    int representation = in.i32("packed_drep", REPRESENTATION_OFFSET);
    expect(
        representation == REPRESENTATION,
        "packed_drep",
        REPRESENTATION_OFFSET,
        "little-endian",
        representation);
    int length = in.u16("frag_length", FRAGMENT_LENGTH_OFFSET);
    expect(
        length == in.length() && length <= RpcPdu.FRAGMENT_BYTES_MAX,
        "frag_length",
        FRAGMENT_LENGTH_OFFSET,
        "all bytes, at most " + RpcPdu.FRAGMENT_BYTES_MAX,
        length);
    int authLength = in.u16("auth_length", AUTH_LENGTH_OFFSET);
    expect(authLength == 0, "auth_length", AUTH_LENGTH_OFFSET, "0", authLength);
    int flags = in.u8("pfc_flags", FLAGS_OFFSET);
    int whole = RpcPdu.FIRST_FRAGMENT | RpcPdu.LAST_FRAGMENT;
    expect((flags & whole) == whole, "pfc_flags", FLAGS_OFFSET, "one fragment", flags);
    int callId = in.i32("call_id", CALL_ID_OFFSET);
    return switch (in.u8("PTYPE", TYPE_OFFSET)) {
      case BIND -> bind(in, callId);
      case REQUEST -> request(in, callId, flags);
      default -> new RpcPdu.Other(callId);
    };
  }

  private static void expect(boolean holds, String field, int offset, String expected, long actual)
      throws MalformedMessageException {
    if (!holds) {
      throw new MalformedMessageException(field, offset, expected, actual);
    }
  }

  private static RpcPdu bind(MessageReader in, int callId) throws MalformedMessageException {
    int contexts = in.u8("n_context_elem", BIND_CONTEXTS_OFFSET);
    expect(contexts > 0, "n_context_elem", BIND_CONTEXTS_OFFSET, "at least 1", contexts);
    return new RpcPdu.Bind(
        callId,
        in.u16("max_recv_frag", BIND_MAX_RECEIVE_OFFSET),
        in.u16("p_cont_id", BIND_CONTEXT_OFFSET),
        in.guid("if_uuid", BIND_INTERFACE_OFFSET),
        in.i32("if_version", BIND_INTERFACE_VERSION_OFFSET));
  }

  private static RpcPdu request(MessageReader in, int callId, int flags)
      throws MalformedMessageException {
    int stub = RESPONSE_STUB_OFFSET + ((flags & RpcPdu.OBJECT_UUID) != 0 ? OBJECT_LENGTH : 0);
    in.require("stub", 0, stub);
    return new RpcPdu.Request(
        callId,
        in.u16("p_cont_id", REQUEST_CONTEXT_OFFSET),
        in.u16("opnum", REQUEST_OPERATION_OFFSET),
        new MessageReader(in.slice("stub", stub, in.length() - stub)));
  }

  /**
   * bind_ack: the interface is there, or not.
   *
   * @param contexts how many the client named; only the first is looked at
   */
  static MessageWriter bindAck(RpcPdu.Bind bind, boolean accepted, String address) {
    MessageWriter out = new MessageWriter();
    out.u16(RpcPdu.HEADER_LENGTH, RpcPdu.FRAGMENT_BYTES_MAX)
        .u16(RpcPdu.HEADER_LENGTH + 2, bind.fragmentBytesMax())
        .i32(RpcPdu.HEADER_LENGTH + WORD, 1);
    byte[] name = (address + "\0").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    out.u16(SECONDARY_ADDRESS_OFFSET - 2, name.length).bytes(SECONDARY_ADDRESS_OFFSET, name);
    int results = out.alignTo(WORD);
    out.i32(results, 1)
        .u16(results + WORD, accepted ? 0 : PROVIDER_REJECTION)
        .u16(results + WORD + 2, accepted ? 0 : ABSTRACT_SYNTAX_NOT_SUPPORTED);
    int syntax = results + 2 * WORD;
    if (accepted) {
      out.guid(syntax, NDR).i32(syntax + OBJECT_LENGTH, NDR_VERSION);
    } else {
      out.padTo(syntax + OBJECT_LENGTH + WORD);
    }
    return header(out, BIND_ACK, RpcPdu.FIRST_FRAGMENT | RpcPdu.LAST_FRAGMENT, bind.callId());
  }

  /**
   * response: one fragment of a call's results.
   *
   * @param left bytes of results from this fragment on
   */
  static MessageWriter response(RpcPdu.Request request, byte[] stub, int flags, int left) {
    MessageWriter out = new MessageWriter();
    out.i32(RpcPdu.HEADER_LENGTH, left)
        .u16(RpcPdu.HEADER_LENGTH + WORD, request.contextId())
        .padTo(RESPONSE_STUB_OFFSET)
        .bytes(RESPONSE_STUB_OFFSET, stub);
    return header(out, RESPONSE, flags, request.callId());
  }

  /** fault: the call was not carried out. */
  static MessageWriter fault(int callId, int contextId, int status) {
    MessageWriter out = new MessageWriter();
    out.padTo(FAULT_LENGTH)
        .u16(RpcPdu.HEADER_LENGTH + WORD, contextId)
        .i32(FAULT_STATUS_OFFSET, status);
    return header(out, FAULT, RpcPdu.FIRST_FRAGMENT | RpcPdu.LAST_FRAGMENT, callId);
  }

  private static MessageWriter header(MessageWriter out, int type, int flags, int callId) {
    return out.u8(0, VERSION)
        .u8(TYPE_OFFSET, type)
        .u8(FLAGS_OFFSET, flags)
        .i32(REPRESENTATION_OFFSET, REPRESENTATION)
        .u16(FRAGMENT_LENGTH_OFFSET, out.length())
        .i32(CALL_ID_OFFSET, callId);
  }
}
