package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.Smb2Header;

/** Every nonce that a test saw, by key: a second use of one fails at once. Not thread-safe. */
public final class NonceLedger {
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int NONCE_OFFSET = 20;
  private static final int NONCE_LENGTH = 12;

  private final Map<String, String> uses = new HashMap<>();
  private final Map<String, Integer> kinds = new HashMap<>();

  /**
   * @param key which key, as the test tells keys apart
   * @param use what the nonce was for
   */
  public void add(String key, byte[] nonce, String use) {
    String name = key + ": " + HexFormat.of().formatHex(nonce);
    assertThat(uses.put(name, use)).as("earlier use of %s, now for %s", name, use).isNull();
    kinds.merge(use, 1, Integer::sum);
  }

  /** The nonce in the header of a sealed frame. */
  public void addSealed(String key, byte[] frame) {
    add(key, Arrays.copyOfRange(frame, NONCE_OFFSET, NONCE_OFFSET + NONCE_LENGTH), "message");
  }

  /** The AES-GMAC nonce of a signed message, which follows from its header. */
  public void addSigned(String key, Smb2Header header, Role sender) {
    byte[] nonce = new byte[NONCE_LENGTH];
    MemorySegment.ofArray(nonce).set(U64, 0, header.messageId());
    int cancel = header.command() == Command.CANCEL.code() ? 2 : 0;
    nonce[8] = (byte) (sender == Role.SERVER ? 1 : cancel);
    add(key, nonce, "message");
  }

  /** How often nonces were used for that. */
  public int count(String use) {
    return kinds.getOrDefault(use, 0);
  }
}
