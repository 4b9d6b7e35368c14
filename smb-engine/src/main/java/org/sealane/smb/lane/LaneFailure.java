package org.sealane.smb.lane;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.sealane.smb.client.ClientException;
import org.sealane.smb.client.ClientShare;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/** Turns what a lane's client says into what a share says, and tells what may be tried again. */
final class LaneFailure {
  /** The other node knows the session no more: it has not looked at the request. */
  private static final Set<NtStatus> SESSION_GONE =
      Set.of(
          NtStatus.USER_SESSION_DELETED,
          NtStatus.NETWORK_NAME_DELETED,
          NtStatus.NETWORK_SESSION_EXPIRED);

  private static final Set<NtStatus> IDENTITY_REFUSED =
      Set.of(NtStatus.ACCESS_DENIED, NtStatus.LOGON_FAILURE);

  private LaneFailure() {}

  /** Waits for an answer of the client on the calling thread. */
  static <T> T await(String what, CompletionStage<T> answer) throws ShareException {
    return ClientShare.await(what, answer, LaneFailure::of);
  }

  /** The share's failure for one of the client or the transport. */
  static ShareException of(String what, Throwable failure) {
    return switch (failure) {
      case CompletionException e when e.getCause() != null -> of(what, e.getCause());
      case ShareException e -> e;
      case ClientException e -> new ShareException(e.status(), what + ": " + e.getMessage(), e);
      case TimeoutException e ->
          new ShareException(NtStatus.FILE_NOT_AVAILABLE, what + ": did not open in time", e);
      default ->
          new ShareException(
              NtStatus.FILE_NOT_AVAILABLE, what + ": " + failure.getMessage(), failure);
    };
  }

  /**
   * True if the request's session is gone, so that the request belongs on the next one. A server
   * that breaks the protocol, or bytes that were changed on the way, are no such loss: the request
   * fails and says so.
   */
  static boolean isLoss(ShareException failure) {
    return switch (failure.getCause()) {
      case ClientException.ConnectionLost _ -> true;
      case ClientException.TimedOut _ -> true;
      case ClientException.ServerStatus status -> SESSION_GONE.contains(status.status());
      case null, default -> false;
    };
  }

  /** True if the other node answered: its connection works. */
  static boolean isAnswer(ShareException failure) {
    return failure.getCause() instanceof ClientException.ServerStatus;
  }

  /** True if the way to the other node failed: nothing connected, or what did broke off. */
  static boolean isBrokenWay(Throwable failure) {
    return switch (failure) {
      case CompletionException e when e.getCause() != null -> isBrokenWay(e.getCause());
      case IOException _, ClientException.ConnectionLost _ -> true;
      default -> false;
    };
  }

  /**
   * True if another way to the other node may do, as this one failed or led to no answer. What a
   * node refuses on one way it refuses on each.
   */
  static boolean isOfTheWay(Throwable failure) {
    return switch (failure) {
      case CompletionException e when e.getCause() != null -> isOfTheWay(e.getCause());
      case TimeoutException _, ClientException.TimedOut _ -> true;
      default -> isBrokenWay(failure);
    };
  }

  /** True if the lost request may have had its effect. */
  static boolean mayHaveHappened(ShareException loss) {
    return switch (loss.getCause()) {
      case ClientException.ConnectionLost lost -> lost.sent();
      case ClientException.TimedOut late -> late.sent();
      case null, default -> false;
    };
  }

  /**
   * True if the other node may only be slow: nothing was refused, an answer did not come in time.
   */
  private static boolean isLate(ShareException failure) {
    return failure.getCause() instanceof TimeoutException
        || failure.getCause() instanceof ClientException.TimedOut;
  }

  /** Why an attempt to open a lane failed. */
  static LaneRetry.Failure cause(ShareException failure) {
    if (isRefusedIdentity(failure)) {
      return LaneRetry.Failure.IDENTITY_REFUSED;
    }
    return isLate(failure) ? LaneRetry.Failure.LATE : LaneRetry.Failure.OTHER;
  }

  /** True if opening the lane again would fail again: one node does not accept the other. */
  private static boolean isRefusedIdentity(ShareException failure) {
    return failure.getCause() instanceof ClientException.AuthenticationFailed
        && IDENTITY_REFUSED.contains(failure.status());
  }
}
