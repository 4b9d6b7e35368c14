package org.sealane.smb.pipe;

import org.sealane.smb.wire.Bytes;

/** PDUs of a client, laid out by hand from C706 12.6.4 and [MS-SRVS] 3.1.4.8. */
final class PipePdus {
  private static final String SRVSVC = "c84f324b 7016 d301 1278 5a47bf6ee188 03000000";
  private static final String NDR = "045d888a eb1c c911 9fe8 08002b104860 02000000";

  private PipePdus() {}

  /** bind to srvsvc, call 1, context 0, fragments of 4280 bytes. */
  static byte[] bind() {
    return bind(SRVSVC, "b810");
  }

  static byte[] bind(String interfaceId, String fragmentBytesMax) {
    return Bytes.ofHex(
        "05 00 0b 03 10000000 4800 0000 01000000"
            + "b810 "
            + fragmentBytesMax
            + "00000000 01 000000 0000 01 00"
            + interfaceId
            + NDR);
  }

  /** NetrShareEnum at that level, call 2, context 0, of server {@code \\a}. */
  static byte[] enumerate(int level) {
    String number = String.format("%02x000000", level);
    return request(
        "0f00",
        "00000200 04000000 00000000 04000000 5c00 5c00 6100 0000"
            + number
            + number
            + "04000200 00000000 00000000 ffffffff 08000200 00000000");
  }

  static byte[] request(String operation, String stub) {
    byte[] bytes = Bytes.ofHex(stub);
    return Bytes.ofHex(
        "05 00 00 03 10000000"
            + little(24 + bytes.length)
            + "0000 02000000"
            + "00000000 0000"
            + operation
            + stub);
  }

  private static String little(int value) {
    return String.format("%02x%02x", value & 0xFF, value >> 8);
  }
}
