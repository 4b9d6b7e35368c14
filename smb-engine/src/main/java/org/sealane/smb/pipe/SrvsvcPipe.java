package org.sealane.smb.pipe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * The server's end of one pipe {@code srvsvc}: takes PDUs, and keeps the bytes of its answers until
 * they are read. For one thread at a time.
 */
final class SrvsvcPipe {
  private static final UUID SRVSVC = UUID.fromString("4b324fc8-1670-01d3-1278-5a47bf6ee188");
  private static final int SRVSVC_VERSION = 3;

  /** The smallest fragment that every peer takes, C706 12.6.3.1. */
  private static final int FRAGMENT_BYTES_MIN = 1432;

  private static final int NCA_OPERATION_RANGE = 0x1C01_0002;
  private static final int NCA_UNKNOWN_INTERFACE = 0x1C01_0003;
  private static final int NCA_PROTOCOL_ERROR = 0x1C01_000B;

  private final Supplier<List<SharedName>> shares;
  private final Deque<byte[]> answers = new ArrayDeque<>();

  /** The context that was bound. */
  private OptionalInt context = OptionalInt.empty();

  private int fragmentBytesMax = FRAGMENT_BYTES_MIN;

  SrvsvcPipe(Supplier<List<SharedName>> shares) {
    this.shares = shares;
  }

  /** Takes one PDU; what was not read of the answer before is dropped. */
  void take(byte[] pdu) {
    answers.clear();
    try {
      answer(RpcPduCodec.decode(new MessageReader(MemorySegment.ofArray(pdu))));
    } catch (MalformedMessageException _) {
      add(RpcPduCodec.fault(0, 0, NCA_PROTOCOL_ERROR));
    }
  }

  private void answer(RpcPdu pdu) throws MalformedMessageException {
    switch (pdu) {
      case RpcPdu.Bind bind -> {
        boolean known = bind.interfaceId().equals(SRVSVC) && bind.version() == SRVSVC_VERSION;
        context = known ? OptionalInt.of(bind.contextId()) : OptionalInt.empty();
        fragmentBytesMax =
            Math.clamp(bind.fragmentBytesMax(), FRAGMENT_BYTES_MIN, RpcPdu.FRAGMENT_BYTES_MAX);
        add(RpcPduCodec.bindAck(bind, known, "\\PIPE\\srvsvc"));
      }
      case RpcPdu.Request request -> call(request);
      case RpcPdu.Other other -> add(RpcPduCodec.fault(other.callId(), 0, NCA_PROTOCOL_ERROR));
    }
  }

  private void call(RpcPdu.Request request) throws MalformedMessageException {
    if (context.isEmpty() || context.getAsInt() != request.contextId()) {
      fault(request, NCA_UNKNOWN_INTERFACE);
    } else if (request.operation() != ShareEnumeration.OPERATION) {
      fault(request, NCA_OPERATION_RANGE);
    } else {
      ShareEnumeration.Request asked = ShareEnumeration.decode(request.stub());
      respond(request, ShareEnumeration.encode(asked, shares.get()));
    }
  }

  private void fault(RpcPdu.Request request, int status) {
    add(RpcPduCodec.fault(request.callId(), request.contextId(), status));
  }

  private void respond(RpcPdu.Request request, byte[] results) {
    int room = fragmentBytesMax - RpcPduCodec.RESPONSE_STUB_OFFSET;
    for (int at = 0; at < results.length; at += room) {
      int end = Math.min(at + room, results.length);
      int flags =
          (at == 0 ? RpcPdu.FIRST_FRAGMENT : 0)
              | (end == results.length ? RpcPdu.LAST_FRAGMENT : 0);
      add(
          RpcPduCodec.response(
              request, Arrays.copyOfRange(results, at, end), flags, results.length - at));
    }
  }

  private void add(MessageWriter pdu) {
    answers.add(pdu.written().toArray(ValueLayout.JAVA_BYTE));
  }

  /** The next bytes of the next PDU, {@code bytesMax} at most; none if all were read. */
  byte[] read(int bytesMax) {
    byte[] next = answers.isEmpty() ? new byte[0] : answers.poll();
    if (next.length > bytesMax) {
      answers.addFirst(Arrays.copyOfRange(next, bytesMax, next.length));
      return Arrays.copyOf(next, bytesMax);
    }
    return next;
  }
}
