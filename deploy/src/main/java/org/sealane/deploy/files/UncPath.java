package org.sealane.deploy.files;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealane.smb.share.SharePath;

/**
 * A place on any SMB server as people write it: {@code //HOST[:PORT]/SHARE/path}.
 *
 * @param host a name or an address, without brackets
 * @param port 445 unless it says otherwise
 * @param share the share's name
 * @param path below its root
 */
public record UncPath(String host, int port, String share, SharePath path) {
  /** What an error says is accepted. */
  public static final String ACCEPTED = "//HOST[:PORT]/SHARE/path";

  private static final int PORT = 445;
  private static final int PORT_MAX = 65_535;

  private static final Pattern FORM =
      Pattern.compile("//(\\[[0-9A-Fa-f:.%]+]|[^/:\\[\\]]+)(?::(\\d{1,5}))?/([^/]{1,80})(/.*)?");

  /** Whether {@code text} is meant to be one. */
  public static boolean isOne(String text) {
    return text.startsWith("//");
  }

  /** Parses {@code text}; fails with an IllegalArgumentException that says what is accepted. */
  public static UncPath parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not " + ACCEPTED);
    }
    int port = matcher.group(2) == null ? PORT : Integer.parseInt(matcher.group(2));
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException("'" + text + "': the port is not from 1 to " + PORT_MAX);
    }
    String path = matcher.group(4) == null ? "/" : matcher.group(4);
    return new UncPath(
        matcher.group(1).replaceAll("[\\[\\]]", ""), port, matcher.group(3), VolumePath.path(path));
  }

  /** The path that TREE_CONNECT names, {@code \\\\host\\share}. */
  public String tree() {
    return "\\\\" + host + "\\" + share;
  }

  /** The same place with another path. */
  public UncPath with(SharePath other) {
    return new UncPath(host, port, share, other);
  }

  @Override
  public String toString() {
    String at = port == PORT ? "" : ":" + port;
    return "//"
        + (host.contains(":") ? "[" + host + "]" : host)
        + at
        + "/"
        + share
        + VolumePath.text(path);
  }
}
