package org.sealane.rdma.rdmacore;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteOrder;

/** {@code sockaddr_in} and {@code sockaddr_in6} of Linux. */
final class SocketAddresses {
  static final int BYTES = 28;

  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;
  private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfShort PORT = FAMILY.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int PORT_OFFSET = 2;
  private static final int IPV4_OFFSET = 4;
  private static final int IPV6_OFFSET = 8;
  private static final int IPV6_SCOPE_OFFSET = 24;

  private SocketAddresses() {}

  /** Writes an address into {@link #BYTES} bytes. */
  static void write(SocketAddress address, MemorySegment into) throws IOException {
    if (!(address instanceof InetSocketAddress inet) || inet.isUnresolved()) {
      throw new IOException("not a resolved internet address: " + address);
    }
    into.fill((byte) 0);
    byte[] bytes = inet.getAddress().getAddress();
    boolean v4 = bytes.length == Integer.BYTES;
    into.set(FAMILY, 0, v4 ? AF_INET : AF_INET6);
    into.set(PORT, PORT_OFFSET, (short) inet.getPort());
    MemorySegment.copy(
        bytes, 0, into, ValueLayout.JAVA_BYTE, v4 ? IPV4_OFFSET : IPV6_OFFSET, bytes.length);
    if (inet.getAddress() instanceof Inet6Address v6) {
      into.set(Layouts.INT, IPV6_SCOPE_OFFSET, v6.getScopeId());
    }
  }

  /** Reads {@link #BYTES} bytes. */
  static InetSocketAddress read(MemorySegment from) throws IOException {
    int port = Short.toUnsignedInt(from.get(PORT, PORT_OFFSET));
    return switch (from.get(FAMILY, 0)) {
      case AF_INET ->
          new InetSocketAddress(InetAddress.getByAddress(bytes(from, IPV4_OFFSET, 4)), port);
      case AF_INET6 ->
          new InetSocketAddress(
              Inet6Address.getByAddress(
                  null, bytes(from, IPV6_OFFSET, 16), from.get(Layouts.INT, IPV6_SCOPE_OFFSET)),
              port);
      default -> throw new IOException("address family " + from.get(FAMILY, 0));
    };
  }

  private static byte[] bytes(MemorySegment from, long offset, int length) {
    return from.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
