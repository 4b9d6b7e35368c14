package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.LeaseBreakNotification;
import org.sealane.smb.io.LeaseBreakNotificationCodec;
import org.sealane.smb.io.OplockBreakNotification;
import org.sealane.smb.io.OplockBreakNotificationCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * An oplock or lease break notification, [MS-SMB2] 3.3.4.6 and 3.3.4.7. It is never signed,
 * [MS-SMB2] 3.3.4.1.1: it answers no request, so its MessageId is all ones.
 */
final class BreakFrame {
  private static final long UNSOLICITED = -1;

  private BreakFrame() {}

  static OutboundFrame of(CacheBreak broken, FramePool pool) throws KeyUnavailableException {
    SessionSecurity security = broken.session().security().orElseThrow();
    TrafficGate gate = broken.open().tree().gate();
    boolean encrypt =
        broken.encrypted()
            || security.levelMin() == Level.ENCRYPT
            || gate.sendLevel() == Level.ENCRYPT;
    MessageWriter message = message(broken, encrypt ? broken.session().id() : 0);
    if (!encrypt) {
      return new OutboundFrame(
          List.of(message.written()), _ -> {}, () -> gate.mayLeave(Level.CLEAR));
    }
    long length = MessageSealer.sealedLength(message.length());
    FramePool.Buffer buffer = pool.borrow((int) length);
    try {
      security.keys().sealer().seal(List.<MemorySegment>of(message.written()), buffer.segment());
    } catch (KeyUnavailableException | RuntimeException e) {
      buffer.close();
      throw e;
    }
    return new OutboundFrame(List.of(buffer.segment()), _ -> buffer.close());
  }

  private static MessageWriter message(CacheBreak broken, long sessionId) {
    MessageWriter out = new MessageWriter();
    if (broken.leaseKey().isPresent()) {
      LeaseBreakNotificationCodec.encode(
          new LeaseBreakNotification(
              broken.epoch() & 0xFFFF,
              broken.answerWanted() ? LeaseBreakNotification.ACK_REQUIRED : 0,
              broken.leaseKey().get(),
              broken.from(),
              broken.to()),
          out);
    } else {
      OplockBreakNotificationCodec.encode(
          new OplockBreakNotification(OplockLevel.of(broken.to()).code(), broken.open().id()), out);
    }
    Smb2HeaderCodec.encode(
        new Smb2Header(
            0,
            NtStatus.SUCCESS,
            Command.OPLOCK_BREAK.code(),
            0,
            HeaderFlags.SERVER_TO_REDIR,
            0,
            UNSOLICITED,
            0,
            sessionId),
        out);
    return out;
  }
}
