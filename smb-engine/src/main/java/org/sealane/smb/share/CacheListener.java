package org.sealane.smb.share;

/** Whoever tells a client that it may cache less from now on. */
@FunctionalInterface
public interface CacheListener {

  /**
   * Another wants the file. Called on any thread; must neither block nor call the share.
   *
   * @param from what it may cache until it has answered
   * @param to what it may cache then
   * @param epoch counts changes
   * @param answerWanted whether it has to {@link CacheGrant#acknowledge}; else it has ended already
   */
  void onBreak(int from, int to, int epoch, boolean answerWanted);
}
