package org.sealane.rdma.verbs;

import java.util.Optional;

/**
 * The end of one work request or receive.
 *
 * @param workId what was posted with it
 * @param status how it ended
 * @param lengthBytes of a successful receive: the message's length; else without meaning
 * @param invalidated of a successful receive: the key of ours that the message invalidated
 * @param queuePairNumber the queue pair it was posted to
 * @param vendorError the device's own code, for the log
 */
public record Completion(
    long workId,
    CompletionStatus status,
    int lengthBytes,
    Optional<RemoteKey> invalidated,
    int queuePairNumber,
    int vendorError) {
  public boolean succeeded() {
    return status == CompletionStatus.SUCCESS;
  }
}
