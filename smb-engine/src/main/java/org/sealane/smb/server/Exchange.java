package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.sealane.smb.io.FileId;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * One frame of requests and what becomes of it: its requests run one after the other, their
 * responses leave in one frame. Owner thread, but for {@link #phase} and {@link #work}, which owner
 * and worker settle between them.
 *
 * <p>It owns the frame's memory, its passes, and the keys for its response; {@link #close} lets go
 * of them, exactly once.
 */
final class Exchange implements AutoCloseable {
  /** Whether the response will be asynchronous: {@code SYNC -> ASYNC -> ANSWERING} or straight. */
  enum Phase {
    /** No response has left. */
    SYNC,
    /** An interim response has. */
    ASYNC,
    /** The final response is being built; it is too late for an interim one. */
    ANSWERING
  }

  /** Whether a worker has taken the current operation. */
  enum Work {
    WAITING,
    RUNNING,
    CANCELLED
  }

  private final long asyncId;
  private final List<Request> requests;
  private final Runnable memory;
  private final long startedNanos;
  private final boolean encrypted;
  private final List<Response> responses = new ArrayList<>(1);
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SYNC);
  private final AtomicReference<Work> work = new AtomicReference<>(Work.WAITING);
  private Optional<Operation> operation = Optional.empty();
  private final List<Open> opened = new ArrayList<>(1);
  private boolean cancelled;
  private boolean memoryGiven;
  private Optional<SessionSecurity> security = Optional.empty();
  private Optional<FileId> relatedFileId = Optional.empty();
  private long responseBytesReserved;
  private long previousSessionId;
  private volatile boolean async;
  private boolean closed;

  /**
   * @param asyncId names it towards the client if it becomes asynchronous
   * @param memory gives the requests' memory back
   * @param encrypted whether the frame came sealed
   */
  Exchange(
      long asyncId, List<Request> requests, Runnable memory, long startedNanos, boolean encrypted) {
    this.asyncId = asyncId;
    this.requests = List.copyOf(requests);
    this.memory = memory;
    this.startedNanos = startedNanos;
    this.encrypted = encrypted;
  }

  long asyncId() {
    return asyncId;
  }

  List<Request> requests() {
    return requests;
  }

  List<Response> responses() {
    return responses;
  }

  long startedNanos() {
    return startedNanos;
  }

  boolean isEncrypted() {
    return encrypted;
  }

  boolean isCompound() {
    return requests.size() > 1;
  }

  boolean isAnswered() {
    return responses.size() == requests.size();
  }

  /** The request that is worked on. */
  Request current() {
    return requests.get(responses.size());
  }

  /** The request before the current one, which a related one continues. */
  Optional<Request> previous() {
    return responses.isEmpty() ? Optional.empty() : Optional.of(requests.get(responses.size() - 1));
  }

  /** Status of the response before the current request's. */
  NtStatus previousStatus() {
    return responses.getLast().status();
  }

  boolean isLast() {
    return responses.size() == requests.size() - 1;
  }

  /** Ends the current request. */
  void answer(Response response) {
    Request answered = current();
    responses.add(response);
    answered.leaveUses();
  }

  Phase phase() {
    return phase.get();
  }

  /**
   * Only a request alone in its frame, as the responses of a compound leave together. The answers
   * to these three carry ids in the header where an AsyncId would stand, or set up the keys.
   */
  boolean mayBecomeAsync() {
    return !isCompound()
        && switch (requests.getFirst().command().orElse(Command.NEGOTIATE)) {
          case NEGOTIATE, SESSION_SETUP, TREE_CONNECT -> false;
          case LOGOFF,
              TREE_DISCONNECT,
              CREATE,
              CLOSE,
              FLUSH,
              READ,
              WRITE,
              LOCK,
              IOCTL,
              CANCEL,
              ECHO,
              QUERY_DIRECTORY,
              CHANGE_NOTIFY,
              QUERY_INFO,
              SET_INFO,
              OPLOCK_BREAK ->
              true;
        };
  }

  /** True if the interim response may be sent now. */
  boolean beginAsync() {
    return phase.compareAndSet(Phase.SYNC, Phase.ASYNC);
  }

  /** Rules out an interim response; true if one was sent, so that the final one is async. */
  boolean beginAnswer() {
    if (phase.compareAndSet(Phase.SYNC, Phase.ANSWERING)) {
      return false;
    }
    async = true;
    phase.set(Phase.ANSWERING);
    return true;
  }

  /** True if an interim response was sent; settled with {@link #beginAnswer}. */
  boolean isAsync() {
    return async;
  }

  /** Before an operation is handed to the workers. */
  void awaitWork(Operation next) {
    operation = Optional.of(next);
    work.set(Work.WAITING);
  }

  /** What the workers were given last. */
  Operation operation() {
    return operation.orElseThrow();
  }

  /** Opens that its responses name first. */
  List<Open> opened() {
    return opened;
  }

  /** Whether a CANCEL with that header is for it; none is for a compound. */
  boolean isMeantBy(Smb2Header cancel) {
    boolean named =
        cancel.isAsync()
            ? asyncId == cancel.asyncOrTreeId()
            : requests.getFirst().header().messageId() == cancel.messageId();
    return named && !isCompound();
  }

  /** The client wants no more of it than its answer. */
  void cancel() {
    cancelled = true;
    cancelWork();
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** True for the worker that may run the operation. */
  boolean beginWork() {
    return work.compareAndSet(Work.WAITING, Work.RUNNING);
  }

  /** Cancels the operation if no worker has begun it. */
  boolean cancelWork() {
    return work.compareAndSet(Work.WAITING, Work.CANCELLED);
  }

  /** What protects the response; empty before there are keys. */
  Optional<SessionSecurity> security() {
    return security;
  }

  /** Holds the session's keys for the response. */
  void protectWith(SessionSecurity found) {
    if (security.isEmpty()) {
      found.retain();
      security = Optional.of(found);
    }
  }

  /** The FileId that related requests continue with. */
  Optional<FileId> relatedFileId() {
    return relatedFileId;
  }

  void relatedFileId(FileId fileId) {
    relatedFileId = Optional.of(fileId);
  }

  /** The session that a SESSION_SETUP wants to replace, or 0. */
  long previousSessionId() {
    return previousSessionId;
  }

  void previousSessionId(long asked) {
    previousSessionId = asked;
  }

  /** A chain of related requests begins; until it has named a file, it has none to go on with. */
  void forgetRelatedFileId() {
    relatedFileId = Optional.empty();
  }

  /** Sets room in the response frame aside; false if the frame would pass {@code maxBytes}. */
  boolean reserveResponse(long bytes, long maxBytes) {
    if (responseBytesReserved + bytes > maxBytes) {
      return false;
    }
    responseBytesReserved += bytes;
    return true;
  }

  /** Lets go of request memory and keys. Passes are left where the response's fate is known. */
  @Override
  public void close() {
    if (closed) {
      throw new IllegalStateException("exchange " + asyncId + " was closed already");
    }
    closed = true;
    security.ifPresent(SessionSecurity::release);
    giveMemory();
  }

  /** Gives the requests' memory back. Their fields have been read; nothing of it is needed. */
  void giveMemory() {
    if (!memoryGiven) {
      memoryGiven = true;
      memory.run();
    }
  }
}
