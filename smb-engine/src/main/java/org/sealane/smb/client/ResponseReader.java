package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongFunction;
import org.sealane.smb.encryption.MessageOpener;
import org.sealane.smb.encryption.RejectedMessageException;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.ProtocolId;

/**
 * Opens a received frame, if it is sealed, and splits it into messages, [MS-SMB2] 3.2.5.1.1 and
 * 3.2.5.1.9. On the owner thread.
 */
final class ResponseReader {

  /** Takes the messages of a frame in order. */
  interface Sink {
    /**
     * @param message one response; its bytes are valid for the call
     * @param sealed whether it came in a sealed frame whose tag was right
     */
    void accept(CompoundReader.Message message, boolean sealed) throws Breach;
  }

  private final FramePool pool;
  private final LongFunction<Optional<ClientSession>> sessions;

  /**
   * @param sessions the established session of an id
   */
  ResponseReader(FramePool pool, LongFunction<Optional<ClientSession>> sessions) {
    this.pool = pool;
    this.sessions = sessions;
  }

  /** Hands on the messages of one frame, which stays the caller's. */
  void read(InboundFrame frame, Sink sink) throws Breach {
    MemorySegment bytes = frame.bytes();
    switch (ProtocolId.of(bytes)) {
      case SMB2 -> split(bytes, Optional.empty(), sink);
      case TRANSFORM -> open(bytes, frame.spareTailBytes(), sink);
      case COMPRESSION -> throw Breach.protocol("a compressed message, though none was agreed");
      case SMB1 -> throw Breach.protocol("an SMB1 message");
      case UNKNOWN -> throw Breach.protocol("a message of an unknown protocol");
    }
  }

  private void open(MemorySegment bytes, int spareTailBytes, Sink sink) throws Breach {
    try {
      long sessionId = MessageOpener.sessionId(bytes);
      ClientSession session =
          sessions
              .apply(sessionId)
              .filter(established -> established.keys().canSeal())
              .orElseThrow(() -> Breach.protocol("a sealed message of no session of ours"));
      int lengthBytes = Math.toIntExact(MessageOpener.plaintextLength(bytes));
      try (FramePool.Buffer plain = pool.borrow(lengthBytes)) {
        session.keys().opener().open(bytes, spareTailBytes, plain.segment());
        split(plain.segment(), Optional.of(sessionId), sink);
      }
    } catch (RejectedMessageException e) {
      throw e.reason() == RejectedMessageException.Reason.TAG
          ? Breach.tampering("a sealed message does not open")
          : Breach.protocol("a sealed message was refused: " + e.getMessage());
    } catch (KeyUnavailableException e) {
      throw Breach.protocol("a sealed message of a session that has ended");
    }
  }

  private static void split(MemorySegment bytes, Optional<Long> sealedBySession, Sink sink)
      throws Breach {
    try {
      for (CompoundReader.Message message : CompoundReader.split(bytes)) {
        if (!message.header().has(HeaderFlags.SERVER_TO_REDIR)) {
          throw Breach.protocol("a request from a server");
        }
        // [MS-SMB2] 3.2.5.1.1.1 asks this of the first; no server mixes sessions in one chain.
        if (sealedBySession.isPresent() && message.header().sessionId() != sealedBySession.get()) {
          throw Breach.protocol("a message sealed for another session than it names");
        }
        sink.accept(message, sealedBySession.isPresent());
      }
    } catch (MalformedMessageException e) {
      throw Breach.protocol("malformed response: " + e.getMessage());
    }
  }
}
