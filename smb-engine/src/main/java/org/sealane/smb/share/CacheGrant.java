package org.sealane.smb.share;

/** What a client may cache of a file; ends with the last open it was asked for on. Any thread. */
public interface CacheGrant {
  /** Nothing, for good. */
  CacheGrant NOTHING =
      new CacheGrant() {
        @Override
        public int state() {
          return Caching.NONE;
        }

        @Override
        public int epoch() {
          return 0;
        }

        @Override
        public boolean isBreaking() {
          return false;
        }

        @Override
        public Answer acknowledge(int state) {
          return Answer.NOT_ASKED;
        }
      };

  /** Bits of {@link Caching}. */
  int state();

  /** Counts changes of the state. */
  int epoch();

  /** Whether the client was told to cache less and has not answered. */
  boolean isBreaking();

  /** What an answer was worth. */
  enum Answer {
    TAKEN,
    /** Nothing was asked. */
    NOT_ASKED,
    /** It wants to keep more than it may. */
    TOO_MUCH
  }

  /** The client has written back what it had to, and caches {@code state} from now on. */
  Answer acknowledge(int state);
}
