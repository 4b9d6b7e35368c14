package org.sealane.smb.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.smb.io.fscc.Filetime;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * Codec of the chain of {@link CreateContext}, [MS-SMB2] 2.2.13.2, 2.2.14.2. One name can mean
 * another structure in a response than in a request.
 */
final class CreateContextCodec {
  /** Most contexts in a message; the specification names fewer than twenty. */
  static final int COUNT_MAX = 64;

  /** Longest name: those that the specification gives have 4 or 16 bytes. */
  static final int NAME_BYTES_MAX = 256;

  private static final int NEXT_OFFSET = 0;
  private static final int NAME_OFFSET_OFFSET = 4;
  private static final int NAME_LENGTH_OFFSET = 6;
  private static final int DATA_OFFSET_OFFSET = 10;
  private static final int DATA_LENGTH_OFFSET = 12;
  private static final int FIXED_LENGTH = 16;
  private static final int ALIGNMENT = 8;

  private static final String DURABLE_V2 = "DH2Q";
  private static final String DURABLE_RECONNECT_V2 = "DH2C";
  private static final String MAXIMAL_ACCESS = "MxAc";
  private static final String ALLOCATION_SIZE = "AlSi";
  private static final String ON_DISK_ID = "QFid";
  private static final String LEASE = "RqLs";

  /** A UUID, as contexts beyond the specification are named. */
  private static final String LANE_USER =
      "[\u001cw\u000eM\u00a2O\u0093\u008e`-\u0013\u00c4\u00b8jQ";

  private static final int DURABLE_REQUEST_LENGTH = 32;
  private static final int DURABLE_REQUEST_GUID_OFFSET = 16;
  private static final int DURABLE_RECONNECT_LENGTH = 36;
  private static final int DURABLE_RECONNECT_GUID_OFFSET = 16;
  private static final int DURABLE_RECONNECT_FLAGS_OFFSET = 32;
  private static final int DURABLE_RESPONSE_LENGTH = 8;
  private static final int MAXIMAL_ACCESS_LENGTH = 8;
  private static final int ALLOCATION_SIZE_LENGTH = 8;
  private static final int LEASE_STATE_OFFSET = 16;
  private static final int LEASE_FLAGS_OFFSET = 20;
  private static final int LEASE_LENGTH = 32;
  private static final int LEASE_PARENT_KEY_OFFSET = 32;
  private static final int LEASE_EPOCH_OFFSET = 48;
  private static final int LEASE_LENGTH_V2 = 52;
  private static final int ON_DISK_ID_LENGTH = 32;
  private static final int ON_DISK_ID_RESERVED_OFFSET = 16;

  private CreateContextCodec() {}

  /** Which message the contexts are in. */
  enum Direction {
    REQUEST,
    RESPONSE
  }

  /** Reads the chain in {@code lengthBytes} from {@code offset}. */
  static List<CreateContext> decode(
      MessageReader in, long offset, long lengthBytes, Direction direction)
      throws MalformedMessageException {
    MessageReader chain = new MessageReader(in.slice("CreateContexts", offset, lengthBytes));
    List<CreateContext> contexts = new ArrayList<>();
    long start = 0;
    while (true) {
      if (contexts.size() == COUNT_MAX) {
        throw new MalformedMessageException(
            "CreateContexts", offset + start, "at most " + COUNT_MAX, COUNT_MAX + 1);
      }
      contexts.add(decodeOne(chain, start, direction));
      long next = chain.u32("Next", start + NEXT_OFFSET);
      if (next == 0) {
        return contexts;
      }
      if (next < FIXED_LENGTH || next % ALIGNMENT != 0) {
        throw new MalformedMessageException(
            "Next", offset + start, "0 or a multiple of 8 from 16", next);
      }
      start += next;
    }
  }

  private static CreateContext decodeOne(MessageReader chain, long start, Direction direction)
      throws MalformedMessageException {
    chain.require("CreateContext", start, FIXED_LENGTH);
    int nameLength = chain.u16("NameLength", start + NAME_LENGTH_OFFSET);
    if (nameLength == 0 || nameLength > NAME_BYTES_MAX) {
      throw new MalformedMessageException(
          "NameLength", start + NAME_LENGTH_OFFSET, "1 to " + NAME_BYTES_MAX, nameLength);
    }
    int nameOffset = chain.u16("NameOffset", start + NAME_OFFSET_OFFSET);
    Payloads.requireBehind("NameOffset", nameOffset, FIXED_LENGTH);
    String name =
        new String(
            chain.bytes("Name", start + nameOffset, nameLength), StandardCharsets.ISO_8859_1);
    MessageReader data =
        new MessageReader(
            Payloads.slice(
                chain,
                "Data",
                dataStart(chain, start),
                chain.u32("DataLength", start + DATA_LENGTH_OFFSET),
                Math.toIntExact(start) + FIXED_LENGTH));
    return direction == Direction.REQUEST ? inRequest(name, data) : inResponse(name, data);
  }

  private static long dataStart(MessageReader chain, long start) throws MalformedMessageException {
    return start + chain.u16("DataOffset", start + DATA_OFFSET_OFFSET);
  }

  private static CreateContext inRequest(String name, MessageReader data)
      throws MalformedMessageException {
    return switch (name) {
      case DURABLE_V2 -> {
        requireLength(data, name, DURABLE_REQUEST_LENGTH);
        yield new CreateContext.DurableHandleRequestV2(
            data.u32("Timeout", 0),
            data.i32("Flags", 4),
            guid(data, "CreateGuid", DURABLE_REQUEST_GUID_OFFSET));
      }
      case DURABLE_RECONNECT_V2 -> {
        requireLength(data, name, DURABLE_RECONNECT_LENGTH);
        yield new CreateContext.DurableHandleReconnectV2(
            FileId.decode(data, 0),
            guid(data, "CreateGuid", DURABLE_RECONNECT_GUID_OFFSET),
            data.i32("Flags", DURABLE_RECONNECT_FLAGS_OFFSET));
      }
      case MAXIMAL_ACCESS -> {
        if (data.length() == 0) {
          yield new CreateContext.QueryMaximalAccess(Optional.empty());
        }
        requireLength(data, name, MAXIMAL_ACCESS_LENGTH);
        long timestamp = data.i64("Timestamp", 0);
        yield new CreateContext.QueryMaximalAccess(Optional.of(Filetime.toInstant(timestamp)));
      }
      case ALLOCATION_SIZE -> {
        requireLength(data, name, ALLOCATION_SIZE_LENGTH);
        yield new CreateContext.AllocationSize(data.i64("AllocationSize", 0));
      }
      case ON_DISK_ID -> {
        requireLength(data, name, 0);
        yield new CreateContext.QueryOnDiskId();
      }
      case LEASE -> lease(data);
      case LANE_USER -> laneUser(data);
      default -> unknown(name, data);
    };
  }

  private static CreateContext inResponse(String name, MessageReader data)
      throws MalformedMessageException {
    return switch (name) {
      case DURABLE_V2 -> {
        requireLength(data, name, DURABLE_RESPONSE_LENGTH);
        yield new CreateContext.DurableHandleResponseV2(
            data.u32("Timeout", 0), data.i32("Flags", 4));
      }
      case MAXIMAL_ACCESS -> {
        requireLength(data, name, MAXIMAL_ACCESS_LENGTH);
        yield new CreateContext.MaximalAccess(
            new NtStatus(data.i32("QueryStatus", 0)), data.i32("MaximalAccess", 4));
      }
      case ON_DISK_ID -> {
        requireLength(data, name, ON_DISK_ID_LENGTH);
        yield new CreateContext.OnDiskId(data.i64("DiskFileId", 0), data.i64("VolumeId", 8));
      }
      case LEASE -> lease(data);
      default -> unknown(name, data);
    };
  }

  private static CreateContext lease(MessageReader data) throws MalformedMessageException {
    boolean second = data.length() == LEASE_LENGTH_V2;
    if (!second) {
      requireLength(data, LEASE, LEASE_LENGTH);
    }
    return new CreateContext.Lease(
        data.guid("LeaseKey", 0),
        data.i32("LeaseState", LEASE_STATE_OFFSET),
        data.i32("LeaseFlags", LEASE_FLAGS_OFFSET),
        second
            ? Optional.of(
                new CreateContext.Lease.Second(
                    data.guid("ParentLeaseKey", LEASE_PARENT_KEY_OFFSET),
                    data.u16("Epoch", LEASE_EPOCH_OFFSET)))
            : Optional.empty());
  }

  private static int lease(CreateContext.Lease lease, MessageWriter out, int start) {
    out.guid(start, lease.key())
        .i32(start + LEASE_STATE_OFFSET, lease.state())
        .i32(start + LEASE_FLAGS_OFFSET, lease.flags())
        .padTo(start + LEASE_LENGTH);
    if (lease.second().isEmpty()) {
      return LEASE_LENGTH;
    }
    CreateContext.Lease.Second second = lease.second().get();
    out.guid(start + LEASE_PARENT_KEY_OFFSET, second.parentKey())
        .u16(start + LEASE_EPOCH_OFFSET, second.epoch())
        .padTo(start + LEASE_LENGTH_V2);
    return LEASE_LENGTH_V2;
  }

  private static CreateContext laneUser(MessageReader data) throws MalformedMessageException {
    byte[] name = data.bytes("User", 0, data.length());
    return CreateContext.LaneUser.of(new String(name, StandardCharsets.ISO_8859_1))
        .orElseThrow(
            () -> new MalformedMessageException("User", 0, "an account's name", name.length));
  }

  private static CreateContext unknown(String name, MessageReader data)
      throws MalformedMessageException {
    return new CreateContext.Unknown(name, data.bytes("Data", 0, data.length()));
  }

  private static void requireLength(MessageReader data, String name, int expected)
      throws MalformedMessageException {
    if (data.length() != expected) {
      throw new MalformedMessageException(
          name + " DataLength", DATA_LENGTH_OFFSET, Integer.toString(expected), data.length());
    }
  }

  /** Appends the chain and returns its length in bytes; nothing for an empty list. */
  static int encode(List<CreateContext> contexts, MessageWriter out, int offset) {
    int start = offset;
    for (int i = 0; i < contexts.size(); i++) {
      int end = encodeOne(contexts.get(i), out, start);
      if (i == contexts.size() - 1) {
        return end - offset;
      }
      int next = out.alignTo(ALIGNMENT);
      out.i32(start + NEXT_OFFSET, next - start);
      start = next;
    }
    return 0;
  }

  private static int encodeOne(CreateContext context, MessageWriter out, int start) {
    byte[] name = nameOf(context).getBytes(StandardCharsets.ISO_8859_1);
    out.padTo(start + FIXED_LENGTH)
        .u16(start + NAME_OFFSET_OFFSET, FIXED_LENGTH)
        .u16(start + NAME_LENGTH_OFFSET, name.length)
        .bytes(start + FIXED_LENGTH, name);
    int nameEnd = out.length();
    int dataStart = nameEnd + Math.floorMod(start - nameEnd, ALIGNMENT);
    int dataLength = encodeData(context, out, dataStart);
    if (dataLength > 0) {
      out.u16(start + DATA_OFFSET_OFFSET, dataStart - start)
          .i32(start + DATA_LENGTH_OFFSET, dataLength);
    }
    return out.length();
  }

  private static String nameOf(CreateContext context) {
    return switch (context) {
      case CreateContext.DurableHandleRequestV2 _ -> DURABLE_V2;
      case CreateContext.DurableHandleResponseV2 _ -> DURABLE_V2;
      case CreateContext.DurableHandleReconnectV2 _ -> DURABLE_RECONNECT_V2;
      case CreateContext.QueryMaximalAccess _ -> MAXIMAL_ACCESS;
      case CreateContext.MaximalAccess _ -> MAXIMAL_ACCESS;
      case CreateContext.AllocationSize _ -> ALLOCATION_SIZE;
      case CreateContext.QueryOnDiskId _ -> ON_DISK_ID;
      case CreateContext.OnDiskId _ -> ON_DISK_ID;
      case CreateContext.Lease _ -> LEASE;
      case CreateContext.LaneUser _ -> LANE_USER;
      case CreateContext.Unknown unknown -> unknown.name();
    };
  }

  private static int encodeData(CreateContext context, MessageWriter out, int start) {
    switch (context) {
      case CreateContext.DurableHandleRequestV2 request -> {
        out.i32(start, (int) request.timeoutMillis()).i32(start + 4, request.flags());
        guid(request.createGuid(), out, start + DURABLE_REQUEST_GUID_OFFSET);
        return DURABLE_REQUEST_LENGTH;
      }
      case CreateContext.DurableHandleReconnectV2 reconnect -> {
        reconnect.fileId().encode(out, start);
        guid(reconnect.createGuid(), out, start + DURABLE_RECONNECT_GUID_OFFSET);
        out.i32(start + DURABLE_RECONNECT_FLAGS_OFFSET, reconnect.flags());
        return DURABLE_RECONNECT_LENGTH;
      }
      case CreateContext.DurableHandleResponseV2 response -> {
        out.i32(start, (int) response.timeoutMillis()).i32(start + 4, response.flags());
        return DURABLE_RESPONSE_LENGTH;
      }
      case CreateContext.QueryMaximalAccess query -> {
        query.timestamp().ifPresent(time -> out.i64(start, Filetime.of(time)));
        return query.timestamp().isPresent() ? MAXIMAL_ACCESS_LENGTH : 0;
      }
      case CreateContext.MaximalAccess access -> {
        out.i32(start, access.queryStatus().code()).i32(start + 4, access.maximalAccess());
        return MAXIMAL_ACCESS_LENGTH;
      }
      case CreateContext.AllocationSize size -> {
        out.i64(start, size.bytes());
        return ALLOCATION_SIZE_LENGTH;
      }
      case CreateContext.QueryOnDiskId _ -> {
        return 0;
      }
      case CreateContext.Lease lease -> {
        return lease(lease, out, start);
      }
      case CreateContext.OnDiskId id -> {
        out.i64(start, id.diskFileId())
            .i64(start + 8, id.volumeId())
            .bytes(
                start + ON_DISK_ID_RESERVED_OFFSET,
                new byte[ON_DISK_ID_LENGTH - ON_DISK_ID_RESERVED_OFFSET]);
        return ON_DISK_ID_LENGTH;
      }
      case CreateContext.LaneUser(String name) -> {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        out.bytes(start, bytes);
        return bytes.length;
      }
      case CreateContext.Unknown unknown -> {
        if (unknown.data().length > 0) {
          out.bytes(start, unknown.data());
        }
        return unknown.data().length;
      }
    }
  }

  /** A GUID, [MS-DTYP] 2.3.4.2: three little-endian fields, then eight bytes in order. */
  private static UUID guid(MessageReader in, String field, int offset)
      throws MalformedMessageException {
    long most =
        in.u32(field, offset) << 32
            | (long) in.u16(field, offset + 4) << 16
            | in.u16(field, offset + 6);
    return new UUID(most, Long.reverseBytes(in.i64(field, offset + 8)));
  }

  private static void guid(UUID guid, MessageWriter out, int offset) {
    long most = guid.getMostSignificantBits();
    out.i32(offset, (int) (most >>> 32))
        .u16(offset + 4, (int) (most >>> 16) & 0xFFFF)
        .u16(offset + 6, (int) most & 0xFFFF)
        .i64(offset + 8, Long.reverseBytes(guid.getLeastSignificantBits()));
  }
}
