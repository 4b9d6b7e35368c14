package org.sealane.smb.share;

import java.util.Arrays;
import java.util.Optional;

/**
 * Something that has happened below a watched directory, [MS-FSCC] 2.7.1.
 *
 * @param path from that directory on
 */
public record FileEvent(Action action, SharePath path) {

  /** FILE_ACTION_ codes. */
  public enum Action {
    ADDED(1),
    REMOVED(2),
    MODIFIED(3),
    RENAMED_OLD_NAME(4),
    RENAMED_NEW_NAME(5);

    private final int code;

    Action(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }

    public static Optional<Action> ofCode(int code) {
      return Arrays.stream(values()).filter(action -> action.code == code).findFirst();
    }
  }
}
