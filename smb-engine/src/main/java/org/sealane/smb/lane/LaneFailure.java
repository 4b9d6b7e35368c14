package org.sealane.smb.lane;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.sealane.smb.client.ClientException;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/** Turns what a lane's client says into what a share says. */
final class LaneFailure {
  private LaneFailure() {}

  /** Waits for an answer of the client on the calling thread. */
  static <T> T await(String what, CompletionStage<T> answer) throws ShareException {
    try {
      return answer.toCompletableFuture().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ShareException(NtStatus.CANCELLED, what + ": interrupted", e);
    } catch (ExecutionException e) {
      throw of(what, e.getCause());
    }
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
}
