package org.sealane.smb.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.sealane.smb.transport.OutboundFrame;

/**
 * Bytes that may leave only while the frames they are of may. Netty keeps what the socket does not
 * take and writes it later by itself; a buffer would leave then whatever has happened meanwhile. A
 * file region is asked for its bytes at each system call, so this is where the frames are asked.
 */
final class GuardedPiece extends AbstractReferenceCounted implements FileRegion {
  private final ByteBuf bytes;
  private final List<OutboundFrame.Permit> permits;
  private final Runnable onForbidden;
  private final int start;
  private final int count;
  private long transferred;

  /**
   * @param bytes direct memory; released with this
   * @param onForbidden resets the connection
   */
  GuardedPiece(ByteBuf bytes, List<OutboundFrame.Permit> permits, Runnable onForbidden) {
    this.bytes = bytes;
    this.permits = List.copyOf(permits);
    this.onForbidden = onForbidden;
    this.start = bytes.readerIndex();
    this.count = bytes.readableBytes();
  }

  @Override
  public long transferTo(WritableByteChannel target, long position) throws IOException {
    if (!permits.stream().allMatch(OutboundFrame.Permit::isGranted)) {
      onForbidden.run();
      throw new IOException("queued bytes are weaker than is required by now");
    }
    int at = Math.toIntExact(position);
    long written = target.write(bytes.nioBuffer(start + at, count - at));
    transferred += written;
    return written;
  }

  @Override
  public long position() {
    return 0;
  }

  @Override
  public long transferred() {
    return transferred;
  }

  @Override
  @Deprecated
  public long transfered() {
    return transferred;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  protected void deallocate() {
    bytes.release();
  }

  @Override
  public FileRegion retain() {
    super.retain();
    return this;
  }

  @Override
  public FileRegion retain(int increment) {
    super.retain(increment);
    return this;
  }

  @Override
  public FileRegion touch() {
    return this;
  }

  @Override
  public FileRegion touch(Object hint) {
    return this;
  }
}
