package org.sealane.smb.server;

import java.util.Objects;
import org.sealane.smb.auth.SecurityContext;

/** What an {@link Operation} came to; the connection takes it on its owner thread. */
sealed interface Outcome {
  /** The response is complete; nothing of the connection's state changes. */
  record Answered(Response response) implements Outcome {}

  /** As {@link Answered}; and bytes in flight may have been changed, which is to be told. */
  record Suspected(String evidence, Response response) implements Outcome {}

  /** CREATE made an open, which the receiver must enter in its tables or close. */
  record Opened(Open open, Response response) implements Outcome {}

  /** The opens of a session or tree are closed, before this last response. */
  record Closed(Response response) implements Outcome {}

  /** SESSION_SETUP went one step. */
  record Authenticated(SecurityContext.Step step) implements Outcome {
    public Authenticated {
      Objects.requireNonNull(step);
    }
  }

  /** TREE_CONNECT was decided. */
  record Resolved(ShareResolver.TreeRequest request, ShareResolver.Resolution resolution)
      implements Outcome {
    public Resolved {
      Objects.requireNonNull(resolution);
    }
  }
}
