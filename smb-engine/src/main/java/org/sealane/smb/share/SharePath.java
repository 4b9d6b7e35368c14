package org.sealane.smb.share;

import java.util.List;
import org.sealane.smb.wire.NtStatus;

/**
 * A checked path below a share's root: components without separators, wildcards, controls, {@code
 * .}, {@code ..} or stream names. The root has no component.
 *
 * @param components names from the root down
 */
public record SharePath(List<String> components) {
  /** The share's root. */
  public static final SharePath ROOT = new SharePath(List.of());

  /** Longest component, in UTF-16 units, [MS-FSCC] 2.1.5. */
  public static final int COMPONENT_CHARS_MAX = 255;

  /** Longest path, in UTF-16 units. */
  public static final int PATH_CHARS_MAX = 32_760;

  public SharePath {
    components = List.copyOf(components);
  }

  /** Checks a name from the wire: components separated by backslashes, no leading one. */
  public static SharePath ofWire(String name) throws ShareException {
    if (name.isEmpty()) {
      return ROOT;
    }
    if (name.length() > PATH_CHARS_MAX || name.startsWith("\\")) {
      throw invalid(name);
    }
    List<String> components = List.of(name.split("\\\\", -1));
    if (components.contains("..")) {
      throw new ShareException(NtStatus.OBJECT_PATH_SYNTAX_BAD, "a name leads upwards");
    }
    for (String component : components) {
      requireComponent(component);
    }
    return new SharePath(components);
  }

  /** The name as it stands on the wire. */
  public String wire() {
    return String.join("\\", components);
  }

  public boolean isRoot() {
    return components.isEmpty();
  }

  /** The last component; the root has none and gives an empty string. */
  public String name() {
    return isRoot() ? "" : components.getLast();
  }

  /** The directory that holds it; the root's parent is the root. */
  public SharePath parent() {
    return isRoot() ? this : new SharePath(components.subList(0, components.size() - 1));
  }

  private static void requireComponent(String component) throws ShareException {
    if (component.isEmpty() || component.length() > COMPONENT_CHARS_MAX || component.equals(".")) {
      throw invalid(component);
    }
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (c < ' ' || "\"*/:<>?\\|".indexOf(c) >= 0) {
        throw invalid(component);
      }
    }
  }

  private static ShareException invalid(String name) {
    return new ShareException(
        NtStatus.OBJECT_NAME_INVALID, "name of " + name.length() + " characters is not allowed");
  }
}
