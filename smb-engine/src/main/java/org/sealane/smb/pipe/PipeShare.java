package org.sealane.smb.pipe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.tree.ShareType;
import org.sealane.smb.wire.NtStatus;

/** IPC$ with the pipe {@code srvsvc}, by which a user lists shares. Any thread may call. */
public final class PipeShare implements ShareBackend {
  private static final String SRVSVC = "srvsvc";

  private final Function<Caller, List<SharedName>> shares;

  /**
   * @param shares those that a caller is to see, asked for at each listing
   */
  public PipeShare(Function<Caller, List<SharedName>> shares) {
    this.shares = shares;
  }

  @Override
  public ShareType type() {
    return ShareType.PIPE;
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    if (!parameters.path().wire().equalsIgnoreCase(SRVSVC)) {
      throw new ShareException(
          NtStatus.OBJECT_NAME_NOT_FOUND, parameters.path().wire() + " is no pipe here");
    }
    return new PipeOpen(new SrvsvcPipe(() -> shares.apply(caller)));
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    throw noFile();
  }

  @Override
  public void close() {}

  private static ShareException noFile() {
    return new ShareException(NtStatus.INVALID_DEVICE_REQUEST, "a pipe is no file");
  }

  /** One end of a pipe. */
  private static final class PipeOpen implements ShareOpen {
    private final SrvsvcPipe pipe;
    private boolean closed;

    PipeOpen(SrvsvcPipe pipe) {
      this.pipe = pipe;
    }

    private void requireOpen() throws ShareException {
      if (closed) {
        throw new ShareException(NtStatus.FILE_CLOSED, "the pipe was closed");
      }
    }

    @Override
    public CreateAction action() {
      return CreateAction.OPENED;
    }

    @Override
    public FileInformation information() {
      return new FileInformation(
          SRVSVC,
          0,
          Instant.EPOCH,
          Instant.EPOCH,
          Instant.EPOCH,
          Instant.EPOCH,
          0,
          0,
          FileAttributes.NORMAL,
          1);
    }

    @Override
    public synchronized int read(long offset, MemorySegment into) throws ShareException {
      requireOpen();
      byte[] bytes = pipe.read((int) Math.min(into.byteSize(), Integer.MAX_VALUE));
      if (bytes.length == 0 && into.byteSize() > 0) {
        throw new ShareException(NtStatus.END_OF_FILE, "no answer is left");
      }
      MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return bytes.length;
    }

    @Override
    public synchronized void write(long offset, MemorySegment from, boolean writeThrough)
        throws ShareException {
      requireOpen();
      pipe.take(from.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public synchronized byte[] transceive(byte[] input, int bytesMax) throws ShareException {
      requireOpen();
      pipe.take(input);
      return pipe.read(bytesMax);
    }

    @Override
    public void flush() {}

    @Override
    public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
        throws ShareException {
      throw noFile();
    }

    @Override
    public void setInformation(FileChange change) throws ShareException {
      throw noFile();
    }

    @Override
    public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
      throw noFile();
    }

    @Override
    public void zero(long offset, long length) throws ShareException {
      throw noFile();
    }

    @Override
    public void trim(long offset, long length) throws ShareException {
      throw noFile();
    }

    @Override
    public synchronized void close() {
      closed = true;
    }
  }
}
