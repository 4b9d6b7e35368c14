package org.sealane.smb.negotiate;

/**
 * The Capabilities of NEGOTIATE, [MS-SMB2] 2.2.3.
 *
 * @param bits as on the wire
 */
public record Capabilities(int bits) {
  public static final int DFS = 0x0000_0001;
  public static final int LEASING = 0x0000_0002;
  public static final int LARGE_MTU = 0x0000_0004;
  public static final int MULTI_CHANNEL = 0x0000_0008;
  public static final int PERSISTENT_HANDLES = 0x0000_0010;
  public static final int DIRECTORY_LEASING = 0x0000_0020;
  public static final int ENCRYPTION = 0x0000_0040;
  public static final int NOTIFICATIONS = 0x0000_0080;

  public static final Capabilities NONE = new Capabilities(0);

  /** True if all of {@code mask} are set. */
  public boolean has(int mask) {
    return (bits & mask) == mask;
  }

  /** Those of these capabilities that are in {@code mask}. */
  public Capabilities and(int mask) {
    return new Capabilities(bits & mask);
  }
}
