package org.sealane.rdma.verbs;

import java.time.Duration;
import java.util.List;

/**
 * Where the requests of some queue pairs complete. One platform thread polls and waits; any thread
 * may wake it up. Close it after the queue pairs that use it.
 *
 * <p>Completions of a queue pair that was closed may still come: tell by the work id.
 */
public interface CompletionQueue extends AutoCloseable {
  /** The completions it has room for; the depths of its queue pairs must not be more together. */
  int entries();

  /**
   * Adds to {@code into} what has completed, {@code max} at most, and returns how many. Never
   * blocks.
   */
  int poll(List<Completion> into, int max);

  /**
   * Blocks until {@link #poll} may find something, {@link #wakeUp} was called since the last wait,
   * or {@code timeout} has passed. May return early without reason.
   */
  void await(Duration timeout);

  /** Ends the present or else the next {@link #await}. */
  void wakeUp();

  /** Idempotent; not while a thread is in another method. */
  @Override
  void close();
}
