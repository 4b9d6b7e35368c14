package org.sealane.deploy.files;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;

/**
 * A place in a volume as people write it: {@code VOLUME:/path/to/file}.
 *
 * @param volume the volume's name
 * @param path below its root
 */
public record VolumePath(String volume, SharePath path) {
  /** What an error says is accepted. */
  public static final String ACCEPTED = "VOLUME:/path";

  private static final Pattern FORM = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,62}):(/.*)");

  /** Whether {@code text} has the form at all; a local path has not. */
  public static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** Parses {@code text}; fails with an IllegalArgumentException that says what is accepted. */
  public static VolumePath parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not " + ACCEPTED);
    }
    return new VolumePath(matcher.group(1), path(matcher.group(2)));
  }

  /** A path with slashes, from the root; repeated and trailing ones mean nothing. */
  public static SharePath path(String text) {
    String wire = text.replaceAll("/+", "/").replaceAll("^/|/$", "").replace('/', '\\');
    try {
      return SharePath.ofWire(wire);
    } catch (ShareException e) {
      throw new IllegalArgumentException("'" + text + "': a name in it is not allowed", e);
    }
  }

  /** The path with slashes, from the root. */
  public static String text(SharePath path) {
    return "/" + String.join("/", path.components());
  }

  /** The entry {@code name} of a directory. */
  public static SharePath child(SharePath directory, String name) {
    return path(text(directory) + "/" + name);
  }

  @Override
  public String toString() {
    return volume + ":" + text(path);
  }
}
