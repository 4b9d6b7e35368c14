package org.sealane.smb.share;

import java.util.List;

/**
 * What has happened below a watched directory since it was asked last.
 *
 * @param events in order; empty if nothing has happened
 * @param incomplete whether more has happened than was recorded, so that whoever wants to know has
 *     to list the directory
 */
public record Changes(List<FileEvent> events, boolean incomplete) {
  public static final Changes NONE = new Changes(List.of(), false);
  public static final Changes UNKNOWN = new Changes(List.of(), true);

  public Changes {
    events = List.copyOf(events);
  }

  public boolean isEmpty() {
    return events.isEmpty() && !incomplete;
  }
}
