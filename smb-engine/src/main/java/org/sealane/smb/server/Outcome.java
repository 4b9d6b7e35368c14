package org.sealane.smb.server;

import java.util.Objects;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.wire.NtStatus;

/** What an {@link Operation} came to; the connection takes it on its owner thread. */
sealed interface Outcome {
  /** The response is complete; nothing of the connection's state changes. */
  record Answered(Response response) implements Outcome {}

  /** As {@link Answered}; and bytes in flight may have been changed, which is to be told. */
  record Suspected(String evidence, Response response) implements Outcome {}

  /**
   * It can not be done yet: it is run again later, until it can be.
   *
   * @param inCompound whether the requests behind it in its frame may be held up meanwhile
   * @param atClose what it ends with if its open, tree or session ends before
   */
  record Later(boolean inCompound, NtStatus atClose) implements Outcome {
    Later(NtStatus atClose) {
      this(false, atClose);
    }
  }

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
