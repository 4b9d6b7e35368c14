package org.sealane.rdma.verbs;

/**
 * What a queue pair is made with. Send and receive requests name one slice each.
 *
 * @param completions where sends and receives complete
 * @param sendDepth requests posted and not completed in the send queue at most
 * @param receiveDepth receives posted and not completed at most
 */
public record QueuePairSettings(CompletionQueue completions, int sendDepth, int receiveDepth) {
  public QueuePairSettings {
    if (sendDepth < 1 || receiveDepth < 1) {
      throw new IllegalArgumentException("a queue pair needs a depth of one in both directions");
    }
  }
}
