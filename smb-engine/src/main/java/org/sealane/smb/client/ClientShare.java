package org.sealane.smb.client;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/**
 * A tree of any server as a share: for whoever wants to block. A request whose connection is lost
 * fails. Any thread may call any method; the tree stays the caller's.
 */
public final class ClientShare implements ShareBackend {
  private final ClientTree tree;

  public ClientShare(ClientTree tree) {
    this.tree = tree;
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    String path = parameters.path().wire();
    return new ClientShareOpen(await("open " + path, tree.create(parameters)));
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    CreateParameters root =
        new CreateParameters(
            SharePath.ROOT,
            AccessMask.FILE_READ_ATTRIBUTES,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN,
            0);
    ClientOpen open = await("open the root", tree.create(root));
    try {
      return await("query volume", open.volumeInformation());
    } finally {
      await("close the root", open.close());
    }
  }

  /** The tree is not the share's to close. */
  @Override
  public void close() {}

  /** Waits for an answer of the client on the calling thread. */
  static <T> T await(String what, CompletionStage<T> answer) throws ShareException {
    return await(what, answer, ClientShare::failure);
  }

  /**
   * Waits for an answer of the client on the calling thread.
   *
   * @param what was asked, for people
   * @param failure the share's failure for one of the client
   */
  public static <T> T await(
      String what, CompletionStage<T> answer, BiFunction<String, Throwable, ShareException> failure)
      throws ShareException {
    try {
      return answer.toCompletableFuture().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ShareException(NtStatus.CANCELLED, what + ": interrupted", e);
    } catch (ExecutionException e) {
      throw failure.apply(what, e.getCause());
    }
  }

  private static ShareException failure(String what, Throwable cause) {
    NtStatus status =
        cause instanceof ClientException failed ? failed.status() : NtStatus.FILE_NOT_AVAILABLE;
    return new ShareException(status, what + ": " + cause.getMessage(), cause);
  }
}
