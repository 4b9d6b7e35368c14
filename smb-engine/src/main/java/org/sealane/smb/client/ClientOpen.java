package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.io.CloseRequest;
import org.sealane.smb.io.CloseRequestCodec;
import org.sealane.smb.io.CloseResponseCodec;
import org.sealane.smb.io.CreateResponse;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.FlushRequest;
import org.sealane.smb.io.FlushRequestCodec;
import org.sealane.smb.io.FlushResponseCodec;
import org.sealane.smb.io.InfoType;
import org.sealane.smb.io.LockRequest;
import org.sealane.smb.io.LockRequestCodec;
import org.sealane.smb.io.LockResponseCodec;
import org.sealane.smb.io.QueryDirectoryRequest;
import org.sealane.smb.io.QueryDirectoryRequestCodec;
import org.sealane.smb.io.QueryDirectoryResponseCodec;
import org.sealane.smb.io.QueryInfoRequest;
import org.sealane.smb.io.QueryInfoRequestCodec;
import org.sealane.smb.io.QueryInfoResponseCodec;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.SetInfoRequest;
import org.sealane.smb.io.SetInfoRequestCodec;
import org.sealane.smb.io.SetInfoResponseCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.io.WriteResponseCodec;
import org.sealane.smb.io.fscc.DirectoryEntryCodec;
import org.sealane.smb.io.fscc.DirectoryInformationClass;
import org.sealane.smb.io.fscc.FileAllInformation;
import org.sealane.smb.io.fscc.FileChangeCodec;
import org.sealane.smb.io.fscc.FileFsFullSizeInformation;
import org.sealane.smb.io.fscc.FileFsVolumeInformation;
import org.sealane.smb.io.fscc.FileInformationClass;
import org.sealane.smb.io.fscc.FileSystemInformationClass;
import org.sealane.smb.io.fscc.Filetime;
import org.sealane.smb.io.fscc.FsctlBuffers;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.io.fscc.ReadChanges;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * An open file or directory, [MS-SMB2] 3.2.1.6. Any thread may call any method; requests run side
 * by side, their order is the caller's business.
 *
 * <p>Memory given to {@link #read} and {@link #write} is in use until the stage completes, and must
 * be accessible by every thread.
 */
public final class ClientOpen {
  private static final Set<NtStatus> READ_FIRST = Set.of(NtStatus.SUCCESS);

  /** Behind the first bytes of a transfer the end of the file is not a failure. */
  private static final Set<NtStatus> READ_MORE = Set.of(NtStatus.SUCCESS, NtStatus.END_OF_FILE);

  private static final Set<NtStatus> DIRECTORY_STATUS =
      Set.of(NtStatus.SUCCESS, NtStatus.NO_MORE_FILES, NtStatus.NO_SUCH_FILE);

  private static final Set<NtStatus> INFO_STATUS =
      Set.of(NtStatus.SUCCESS, NtStatus.BUFFER_OVERFLOW);

  /** One credit's worth, which no server refuses. */
  private static final int INFO_BYTES_MAX = CreditCharge.BYTES_PER_CREDIT;

  /** The only one we use: an open has one LOCK under way at a time. */
  private static final int LOCK_SEQUENCE_INDEX = 1;

  /** Never started: what it can access, every thread can. */
  private static final Thread ANY_THREAD = Thread.ofPlatform().unstarted(() -> {});

  private final ClientTree tree;
  private final CreateResponse created;

  ClientOpen(ClientTree tree, CreateResponse created) {
    this.tree = tree;
    this.created = created;
  }

  public ClientTree tree() {
    return tree;
  }

  /** The same open, whose requests say that they were sent before; {@link ClientTree#replaying}. */
  public ClientOpen replaying() {
    return new ClientOpen(tree.replaying(), created);
  }

  /** The same open by another view of its tree. */
  public ClientOpen on(ClientTree view) {
    if (view.session() != tree.session() || view.id() != tree.id()) {
      throw new IllegalArgumentException("the open is of another tree");
    }
    return new ClientOpen(view, created);
  }

  public FileId fileId() {
    return created.fileId();
  }

  /** What CREATE did, and what the file was like then; with the contexts of the response. */
  public CreateResponse created() {
    return created;
  }

  /**
   * Reads at {@code offset} into {@code into} and gives how many bytes: fewer than it holds only at
   * the end of the file, or if the server gave fewer. At or past the end it fails with
   * STATUS_END_OF_FILE.
   */
  public CompletableFuture<Integer> read(long offset, MemorySegment into) {
    requireShareable(into);
    int lengthBytes = Math.toIntExact(into.byteSize());
    if (lengthBytes == 0) {
      return CompletableFuture.completedFuture(0);
    }
    int chunkBytes = chunkBytes(negotiated().maxSizes().readBytes());
    return Transfer.start(
        lengthBytes,
        chunkBytes,
        (position, count) ->
            readChunk(offset + position, into.asSlice(position, count), position == 0));
  }

  private Operation<Integer> readChunk(long offset, MemorySegment into, boolean first) {
    long count = into.byteSize();
    Optional<DirectPlacement> placement = PlacedTransfer.forLength(tree, count);
    if (placement.isPresent()) {
      return PlacedTransfer.read(target(placement.get(), offset), into, first);
    }
    ReadRequest request = ReadRequest.inline(fileId(), offset, count);
    Request.Content content =
        new Request.Content(
            Command.READ,
            CreditCharge.of(0, count),
            Level.CLEAR,
            out -> ReadRequestCodec.encode(request, out),
            Optional.empty(),
            count);
    return tree.submit(
        content,
        first ? READ_FIRST : READ_MORE,
        (header, message, level) -> readInto(into, header, message, level));
  }

  private int readInto(MemorySegment into, Smb2Header header, MessageReader message, Level level)
      throws MalformedMessageException {
    if (header.status().equals(NtStatus.END_OF_FILE)) {
      return 0;
    }
    ReadResponse response = ReadResponseCodec.decode(message);
    if (response.flags() == ReadResponse.FLAG_RDMA_TRANSFORM) {
      throw new MalformedMessageException(
          "Flags", Smb2Header.LENGTH + 12, "no transform, as nothing was to be placed", 1);
    }
    MemorySegment payload = ReadResponseCodec.payload(message, response);
    long count = payload.byteSize();
    if (count > into.byteSize()) {
      throw new MalformedMessageException(
          "DataLength", Smb2Header.LENGTH + 4, "at most " + into.byteSize(), count);
    }
    MemorySegment.copy(payload, 0, into, 0, count);
    tree.receivedCounter().add(level, count);
    return (int) count;
  }

  /**
   * Writes all of {@code from} at {@code offset}. With {@code writeThrough} it completes after the
   * data is durable. A failed write may have written any part.
   */
  public CompletableFuture<Void> write(long offset, MemorySegment from, boolean writeThrough) {
    requireShareable(from);
    int lengthBytes = Math.toIntExact(from.byteSize());
    if (lengthBytes == 0) {
      return CompletableFuture.completedFuture(null);
    }
    int flags = writeThrough ? WriteRequest.FLAG_WRITE_THROUGH : 0;
    int chunkBytes = chunkBytes(negotiated().maxSizes().writeBytes());
    CompletableFuture<Integer> written =
        Transfer.start(
            lengthBytes,
            chunkBytes,
            (position, count) ->
                writeChunk(offset + position, from.asSlice(position, count), flags));
    return Derived.of(written, _ -> null);
  }

  private Operation<Integer> writeChunk(long offset, MemorySegment from, int flags) {
    long count = from.byteSize();
    Optional<DirectPlacement> placement = PlacedTransfer.forLength(tree, count);
    if (placement.isPresent()) {
      return PlacedTransfer.write(target(placement.get(), offset), from, flags);
    }
    WriteRequest request = WriteRequest.inline(fileId(), offset, count, flags);
    Request.Content content =
        new Request.Content(
            Command.WRITE,
            CreditCharge.of(count, 0),
            Level.CLEAR,
            out -> WriteRequestCodec.encode(request, out),
            Optional.of(from),
            count);
    return tree.submit(
        content,
        Exchange.SUCCESS,
        (_, message, _) -> {
          long written = WriteResponseCodec.decode(message).countBytes();
          if (written != count) {
            throw new MalformedMessageException(
                "Count", Smb2Header.LENGTH + 4, Long.toString(count), written);
          }
          return (int) written;
        });
  }

  private PlacedTransfer.Target target(DirectPlacement placement, long offset) {
    return new PlacedTransfer.Target(tree, placement, fileId(), offset);
  }

  /** Completes when everything written before is durable. */
  public CompletionStage<Void> flush() {
    return tree.submit(
        Request.Content.charged(
            Command.FLUSH, 1, out -> FlushRequestCodec.encode(new FlushRequest(fileId()), out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          FlushResponseCodec.decode(message);
          return null;
        });
  }

  /**
   * Next entries of a directory, as many as one response holds; empty when there are no more.
   *
   * @param pattern DOS wildcards, fixed by the first call unless {@code restart}
   */
  public CompletionStage<List<FileInformation>> queryDirectory(String pattern, boolean restart) {
    QueryDirectoryRequest request =
        new QueryDirectoryRequest(
            DirectoryInformationClass.ID_BOTH_DIRECTORY.code(),
            restart ? QueryDirectoryRequest.FLAG_RESTART_SCANS : 0,
            0,
            fileId(),
            pattern,
            INFO_BYTES_MAX);
    return tree.submit(
        Request.Content.charged(
            Command.QUERY_DIRECTORY,
            CreditCharge.of(0, INFO_BYTES_MAX),
            out -> QueryDirectoryRequestCodec.encode(request, out)),
        DIRECTORY_STATUS,
        (header, message, _) ->
            header.status().equals(NtStatus.SUCCESS)
                ? DirectoryEntryCodec.decode(
                    DirectoryInformationClass.ID_BOTH_DIRECTORY,
                    new MessageReader(QueryDirectoryResponseCodec.decode(message).entries()))
                : List.of());
  }

  /** What is known of the file now. */
  public CompletionStage<FileInformation> information() {
    return query(
        InfoType.FILE,
        FileInformationClass.ALL.code(),
        information -> fileInformation(FileAllInformation.decode(information, 0)));
  }

  /** What is known of the file system under the tree. */
  public CompletionStage<ShareBackend.VolumeInformation> volumeInformation() {
    CompletionStage<FileFsVolumeInformation> volume =
        query(
            InfoType.FILESYSTEM,
            FileSystemInformationClass.VOLUME.code(),
            information -> FileFsVolumeInformation.decode(information, 0));
    CompletionStage<FileFsFullSizeInformation> size =
        query(
            InfoType.FILESYSTEM,
            FileSystemInformationClass.FULL_SIZE.code(),
            information -> FileFsFullSizeInformation.decode(information, 0));
    return volume.thenCombine(size, ClientOpen::volumeInformation);
  }

  /**
   * Asks about the file or its file system, [MS-SMB2] 3.2.4.8; gives the structure's bytes, cut at
   * 64 KiB.
   */
  public CompletionStage<byte[]> queryInfo(InfoType type, int informationClass) {
    return query(
        type,
        informationClass,
        information -> information.message().toArray(ValueLayout.JAVA_BYTE));
  }

  /** Reads the structure that an information class is. */
  @FunctionalInterface
  private interface InfoDecoder<T> {
    T decode(MessageReader information) throws MalformedMessageException;
  }

  private <T> Operation<T> query(InfoType type, int informationClass, InfoDecoder<T> decoder) {
    QueryInfoRequest request =
        QueryInfoRequest.of(type, informationClass, INFO_BYTES_MAX, fileId());
    return tree.submit(
        Request.Content.charged(
            Command.QUERY_INFO,
            CreditCharge.of(0, INFO_BYTES_MAX),
            out -> QueryInfoRequestCodec.encode(request, out)),
        INFO_STATUS,
        (_, message, _) ->
            decoder.decode(
                new MessageReader(QueryInfoResponseCodec.decode(message).information())));
  }

  /** Changes times, attributes, name, size or fate of the file. */
  public CompletionStage<Void> setInfo(FileChange change) {
    if (change instanceof FileChange.Sparse(boolean sparse)) {
      MessageWriter input = new MessageWriter();
      FsctlBuffers.encodeSetSparse(sparse, input);
      return ioctl(FsctlCode.SET_SPARSE, input.written(), 0).thenApply(_ -> null);
    }
    MessageWriter information = new MessageWriter();
    FileChangeCodec.encode(change, information);
    SetInfoRequest request =
        new SetInfoRequest(
            InfoType.FILE,
            FileChangeCodec.classOf(change).code(),
            0,
            fileId(),
            information.written());
    return tree.submit(
        Request.Content.charged(
            Command.SET_INFO, 1, out -> SetInfoRequestCodec.encode(request, out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          SetInfoResponseCodec.decode(message);
          return null;
        });
  }

  /**
   * Sends a control code on this open, [MS-SMB2] 3.2.4.20; gives the output.
   *
   * @param input copied
   * @param outputBytesMax most bytes of output, at most the negotiated MaxTransactSize
   */
  public CompletionStage<byte[]> ioctl(int code, MemorySegment input, int outputBytesMax) {
    MemorySegment copy = MemorySegment.ofArray(input.toArray(ValueLayout.JAVA_BYTE));
    return tree.ioctl(code, fileId(), copy, outputBytesMax, Level.CLEAR);
  }

  /** Extents that hold data in a range, in order; possibly not all if there are very many. */
  public CompletionStage<List<ShareOpen.Extent>> allocatedRanges(long offset, long length) {
    MessageWriter input = new MessageWriter();
    FsctlBuffers.encodeQueryAllocatedRanges(new ShareOpen.Extent(offset, length), input);
    return ioctl(FsctlCode.QUERY_ALLOCATED_RANGES, input.written(), INFO_BYTES_MAX)
        .thenCompose(ClientOpen::extents);
  }

  /** What has happened in a directory since the last call, told by another node of ours. */
  public CompletionStage<Changes> changes(WatchRequest watch) {
    MessageWriter input = new MessageWriter();
    ReadChanges.encodeInput(watch, input);
    return ioctl(FsctlCode.READ_CHANGES, input.written(), INFO_BYTES_MAX)
        .thenCompose(ClientOpen::changes);
  }

  private static CompletionStage<Changes> changes(byte[] output) {
    try {
      return CompletableFuture.completedFuture(
          ReadChanges.decodeOutput(new MessageReader(MemorySegment.ofArray(output))));
    } catch (MalformedMessageException e) {
      return CompletableFuture.failedFuture(
          new ClientException.Violation("malformed changes: " + e.getMessage()));
    }
  }

  /** Makes the range read as zeros. */
  public CompletionStage<Void> zero(long offset, long length) {
    MessageWriter input = new MessageWriter();
    FsctlBuffers.encodeSetZeroData(new ShareOpen.Extent(offset, length), input);
    return ioctl(FsctlCode.SET_ZERO_DATA, input.written(), 0).thenApply(_ -> null);
  }

  /**
   * Takes locks, all or none, or ends them, [MS-SMB2] 3.2.4.19. Does not wait for another's.
   *
   * @param sequenceNumber 0 to 15; sent again with the same number after the connection was lost,
   *     it is carried out once
   */
  public CompletionStage<Void> lock(List<LockRequest.Element> elements, int sequenceNumber) {
    LockRequest request = new LockRequest(sequenceNumber, LOCK_SEQUENCE_INDEX, fileId(), elements);
    return tree.submit(
        Request.Content.charged(Command.LOCK, 1, out -> LockRequestCodec.encode(request, out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          LockResponseCodec.decode(message);
          return null;
        });
  }

  /** Says that the content of the range is no longer needed. */
  public CompletionStage<Void> trim(long offset, long length) {
    MessageWriter input = new MessageWriter();
    FsctlBuffers.encodeFileLevelTrim(List.of(new ShareOpen.Extent(offset, length)), input);
    return ioctl(FsctlCode.FILE_LEVEL_TRIM, input.written(), 0).thenApply(_ -> null);
  }

  /** Closes the open, [MS-SMB2] 3.2.4.5; the file is deleted if that was asked for. */
  public CompletionStage<Void> close() {
    return tree.submit(
        Request.Content.charged(
            Command.CLOSE, 1, out -> CloseRequestCodec.encode(new CloseRequest(0, fileId()), out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          CloseResponseCodec.decode(message);
          return null;
        });
  }

  private NegotiatedConnection negotiated() {
    return tree.session().connection().negotiated();
  }

  /**
   * The longest payload of one request now. Half of all credits at most, so that two are under way;
   * at least one credit's worth.
   */
  private int chunkBytes(long negotiatedBytes) {
    if (!negotiated().capabilities().has(Capabilities.LARGE_MTU)) {
      return CreditCharge.BYTES_PER_CREDIT;
    }
    ClientConnection connection = tree.session().connection();
    long byCredits = connection.creditsHeld() / 2L * CreditCharge.BYTES_PER_CREDIT;
    long bytes = Math.min(connection.settings().payloadBytesMax(), negotiatedBytes);
    long placedBytes =
        tree.session()
            .placement()
            .map(DirectPlacement::maxReadWriteBytes)
            .orElse(Integer.MAX_VALUE);
    bytes = Math.min(bytes, placedBytes);
    return (int) Math.min(bytes, Math.max(byCredits, CreditCharge.BYTES_PER_CREDIT));
  }

  private static void requireShareable(MemorySegment memory) {
    if (!memory.isAccessibleBy(ANY_THREAD)) {
      throw new IllegalArgumentException("the memory belongs to one thread");
    }
  }

  private static CompletionStage<List<ShareOpen.Extent>> extents(byte[] output) {
    try {
      return CompletableFuture.completedFuture(
          FsctlBuffers.decodeAllocatedRanges(new MessageReader(MemorySegment.ofArray(output))));
    } catch (MalformedMessageException e) {
      return CompletableFuture.failedFuture(
          new ClientException.Violation("malformed allocated ranges: " + e.getMessage()));
    }
  }

  private static FileInformation fileInformation(FileAllInformation all) {
    return new FileInformation(
        all.name().substring(all.name().lastIndexOf('\\') + 1),
        all.internal().indexNumber(),
        Filetime.toInstant(all.basic().creationTime()),
        Filetime.toInstant(all.basic().lastAccessTime()),
        Filetime.toInstant(all.basic().lastWriteTime()),
        Filetime.toInstant(all.basic().changeTime()),
        all.standard().endOfFile(),
        all.standard().allocationSize(),
        all.basic().fileAttributes(),
        (int) Math.min(all.standard().numberOfLinks(), Integer.MAX_VALUE));
  }

  private static ShareBackend.VolumeInformation volumeInformation(
      FileFsVolumeInformation volume, FileFsFullSizeInformation size) {
    long blockBytes = size.sectorsPerAllocationUnit() * size.bytesPerSector();
    return new ShareBackend.VolumeInformation(
        volume.label(),
        volume.serialNumber(),
        size.totalAllocationUnits() * blockBytes,
        size.callerAvailableAllocationUnits() * blockBytes,
        (int) Math.min(blockBytes, Integer.MAX_VALUE));
  }
}
