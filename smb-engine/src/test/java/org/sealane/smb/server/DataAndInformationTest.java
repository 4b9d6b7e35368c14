package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.InfoType;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlResponseCodec;
import org.sealane.smb.io.QueryDirectoryRequest;
import org.sealane.smb.io.QueryDirectoryRequestCodec;
import org.sealane.smb.io.QueryDirectoryResponseCodec;
import org.sealane.smb.io.QueryInfoRequest;
import org.sealane.smb.io.QueryInfoResponseCodec;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.SetInfoRequest;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.fscc.DirectoryEntryCodec;
import org.sealane.smb.io.fscc.DirectoryInformationClass;
import org.sealane.smb.io.fscc.FileChangeCodec;
import org.sealane.smb.io.fscc.FileFsFullSizeInformation;
import org.sealane.smb.io.fscc.FileInformationClass;
import org.sealane.smb.io.fscc.FileStandardInformation;
import org.sealane.smb.io.fscc.FileSystemInformationClass;
import org.sealane.smb.io.fscc.FsctlBuffers;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** [MS-SMB2] 3.3.5.12 to 3.3.5.15 and 3.3.5.18 to 3.3.5.21. */
class DataAndInformationTest {
  private static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]);

  private final ServerHarness server = ServerHarness.open();
  private final PeerFiles files = PeerFiles.of(server);

  private FileId opened(String name, int access) {
    return PeerFiles.fileId(files.create(name, CreateDisposition.OPEN_IF, access, 0).ask());
  }

  @Nested
  class ReadAndWrite {
    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldReturnWhatWasWrittenAndCountItWhenAtAnyLevel(Level level) {
      files.at(level);
      byte[] bytes = PeerFiles.pattern(100_000);
      FileId fileId = files.open("f");
      files.peer.request(Command.ECHO).body(out -> out.u16(64, 4).padTo(68)).credits(100).ask();

      assertThat(files.write(fileId, 5, bytes).ask().status()).isEqualTo(NtStatus.SUCCESS);
      Reply reply = files.read(fileId, 5, bytes.length).ask();

      assertThat(PeerFiles.payload(reply)).isEqualTo(bytes);
      assertThat(reply.level()).isEqualTo(level);
      ServerStatus.TreeStatus tree =
          server.connection.status().sessions().getFirst().trees().getFirst();
      assertThat(tree.sent()).isEqualTo(only(level, bytes.length));
      assertThat(tree.received()).isEqualTo(only(level, bytes.length));
      assertThat(tree.opens()).isEqualTo(1);
      server.assertNothingLeaks();
    }

    private ServerStatus.PayloadBytes only(Level level, long bytes) {
      return new ServerStatus.PayloadBytes(
          level == Level.ENCRYPT ? bytes : 0,
          level == Level.SIGN ? bytes : 0,
          level == Level.CLEAR ? bytes : 0);
    }

    @Test
    void shouldReadOnWhenTheShareReadsShort() {
      FileId fileId = files.open("f");
      files.write(fileId, 0, PeerFiles.pattern(1000)).ask();
      server.share.readChunk = 300;

      assertThat(PeerFiles.payload(files.read(fileId, 100, 5000).ask())).hasSize(900);
    }

    @Test
    void shouldTellTheEndOfTheFile() {
      FileId fileId = files.open("f");
      files.write(fileId, 0, new byte[10]).ask();

      assertThat(files.read(fileId, 10, 1).ask().status()).isEqualTo(NtStatus.END_OF_FILE);
      assertThat(PeerFiles.payload(files.read(fileId, 0, 0).ask())).isEmpty();
      assertThat(files.read(minimum(fileId, 11)).ask().status()).isEqualTo(NtStatus.END_OF_FILE);
      assertThat(files.read(minimum(fileId, 10)).ask().status()).isEqualTo(NtStatus.SUCCESS);
      server.assertNothingLeaks();
    }

    private ReadRequest minimum(FileId fileId, long count) {
      return new ReadRequest(0, 20, 0, fileId, count, Channel.NONE, 0, EMPTY);
    }

    @Test
    void shouldReadNothingFromAFileAndRefuseThatOfADirectory() {
      FileId file = files.open("f");
      FileId root = files.open("");

      assertThat(PeerFiles.payload(files.read(file, 7, 0).ask())).isEmpty();
      assertThat(files.read(root, 0, 0).ask().status()).isEqualTo(NtStatus.INVALID_DEVICE_REQUEST);
      server.assertNothingLeaks();
    }

    @Test
    void shouldRefuseOffsetsBeyondTheLargestFile() {
      FileId fileId = files.open("f");

      assertThat(files.read(fileId, -1, 1).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(files.read(fileId, Long.MAX_VALUE, 1).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(files.write(fileId, -1, new byte[1]).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldRefuseWhenTheOpenLacksTheRight() {
      FileId readable = opened("f", AccessMask.GENERIC_READ);
      FileId writable = opened("f", AccessMask.GENERIC_WRITE);

      assertThat(files.write(readable, 0, new byte[1]).ask().status())
          .isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(files.read(writable, 0, 1).ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(files.flush(readable).ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);
    }

    @Test
    void shouldPassWriteThroughOn() {
      FileId fileId = files.open("f");

      files.write(fileId, 0, new byte[3], WriteRequest.FLAG_WRITE_THROUGH).ask();

      assertThat(server.share.calls).endsWith("write 0+3 through");
    }

    @Test
    void shouldRefuseAChannelThatThisTransportHasNot() {
      FileId fileId = files.open("f");
      ReadRequest rdma =
          new ReadRequest(
              0, 20, 0, fileId, 0, Channel.RDMA_V1, 0, MemorySegment.ofArray(new byte[16]));

      assertThat(files.read(rdma).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
    }

    @Test
    void shouldAnswerInternalErrorAndServeOnWhenTheShareHasAFault() {
      FileId fileId = files.open("f");
      server.share.fault = new IllegalStateException("a fault of the share");
      assertThat(files.read(fileId, 0, 8).ask().status()).isEqualTo(NtStatus.INTERNAL_ERROR);

      server.share.fault = null;

      assertThat(files.write(fileId, 0, new byte[8]).ask().status()).isEqualTo(NtStatus.SUCCESS);
      server.assertNothingLeaks();
    }
  }

  @Nested
  class Directories {
    private Reply query(FileId directory, String pattern, int flags, int limit) {
      QueryDirectoryRequest request =
          new QueryDirectoryRequest(
              DirectoryInformationClass.ID_BOTH_DIRECTORY.code(),
              flags,
              0,
              directory,
              pattern,
              limit);
      return files
          .peer
          .request(Command.QUERY_DIRECTORY)
          .body(out -> QueryDirectoryRequestCodec.encode(request, out))
          .ask();
    }

    private List<String> names(Reply reply) throws Exception {
      MemorySegment entries = QueryDirectoryResponseCodec.decode(reply.in()).entries();
      return DirectoryEntryCodec.decode(
              DirectoryInformationClass.ID_BOTH_DIRECTORY, new MessageReader(entries))
          .stream()
          .map(FileInformation::name)
          .toList();
    }

    @Test
    void shouldListAllEntriesOverSeveralRequestsWhenTheBufferIsSmall() throws Exception {
      for (int i = 0; i < 20; i++) {
        server.share.files.put("file" + (10 + i), new byte[i]);
      }
      FileId root = files.open("");
      List<String> listed = new ArrayList<>();
      Reply reply = query(root, "*", 0, 500);
      while (reply.status().equals(NtStatus.SUCCESS)) {
        listed.addAll(names(reply));
        reply = query(root, "*", 0, 500);
      }

      assertThat(reply.status()).isEqualTo(NtStatus.NO_MORE_FILES);
      assertThat(listed).containsExactlyElementsOf(server.share.files.keySet());
      assertThat(
              names(
                  query(
                      root,
                      "*",
                      QueryDirectoryRequest.FLAG_RETURN_SINGLE_ENTRY
                          | QueryDirectoryRequest.FLAG_RESTART_SCANS,
                      5000)))
          .containsExactly("file10");
    }

    @Test
    void shouldTellWhenNothingMatchesOrNothingFits() {
      server.share.files.put("file", new byte[1]);
      FileId root = files.open("");

      assertThat(query(root, "none", 0, 500).status()).isEqualTo(NtStatus.NO_SUCH_FILE);
      assertThat(query(root, "*", QueryDirectoryRequest.FLAG_RESTART_SCANS, 20).status())
          .isEqualTo(NtStatus.INFO_LENGTH_MISMATCH);
    }

    @Test
    void shouldRefuseAnUnknownClass() {
      FileId root = files.open("");
      QueryDirectoryRequest request = new QueryDirectoryRequest(99, 0, 0, root, "*", 500);

      assertThat(
              files
                  .peer
                  .request(Command.QUERY_DIRECTORY)
                  .body(out -> QueryDirectoryRequestCodec.encode(request, out))
                  .ask()
                  .status())
          .isEqualTo(NtStatus.INVALID_INFO_CLASS);
    }
  }

  @Nested
  class Information {
    private Reply query(InfoType type, int informationClass, long limit, FileId fileId) {
      return files.queryInfo(QueryInfoRequest.of(type, informationClass, limit, fileId)).ask();
    }

    private MessageReader answer(Reply reply) throws Exception {
      return new MessageReader(QueryInfoResponseCodec.decode(reply.in()).information());
    }

    @Test
    void shouldTellSizesOfFileAndFileSystem() throws Exception {
      FileId fileId = files.open("f");
      files.write(fileId, 0, new byte[321]).ask();

      MessageReader file =
          answer(query(InfoType.FILE, FileInformationClass.STANDARD.code(), 24, fileId));
      MessageReader system =
          answer(
              query(InfoType.FILESYSTEM, FileSystemInformationClass.FULL_SIZE.code(), 64, fileId));

      assertThat(FileStandardInformation.decode(file, 0).endOfFile()).isEqualTo(321);
      FileFsFullSizeInformation size = FileFsFullSizeInformation.decode(system, 0);
      assertThat(size.totalAllocationUnits()).isEqualTo(256);
    }

    @Test
    void shouldCutWhatDoesNotFitAndRefuseWhenTheFixedPartDoesNot() throws Exception {
      FileId fileId = files.open("a-long-name");
      int all = FileInformationClass.ALL.code();
      int fixed = FileInformationClass.ALL.fixedLength();

      Reply cut = query(InfoType.FILE, all, fixed + 4, fileId);
      assertThat(cut.status()).isEqualTo(NtStatus.BUFFER_OVERFLOW);
      assertThat(answer(cut).length()).isEqualTo(fixed + 4);
      assertThat(query(InfoType.FILE, all, fixed - 1, fileId).status())
          .isEqualTo(NtStatus.INFO_LENGTH_MISMATCH);
      assertThat(query(InfoType.FILE, all, 1000, fileId).status()).isEqualTo(NtStatus.SUCCESS);
    }

    @Test
    void shouldRefuseWhatIsNotKnownOrNotSupported() {
      FileId fileId = files.open("f");

      assertThat(query(InfoType.FILE, 200, 100, fileId).status())
          .isEqualTo(NtStatus.INVALID_INFO_CLASS);
      assertThat(query(InfoType.FILESYSTEM, 200, 100, fileId).status())
          .isEqualTo(NtStatus.INVALID_INFO_CLASS);
      assertThat(query(InfoType.SECURITY, 0, 100, fileId).status())
          .isEqualTo(NtStatus.NOT_SUPPORTED);
      assertThat(query(InfoType.FILE, FileInformationClass.RENAME.code(), 100, fileId).status())
          .isEqualTo(NtStatus.INVALID_INFO_CLASS);
    }

    @Test
    void shouldRenameTruncateAndDelete() throws Exception {
      FileId fileId = files.open("f");
      files.write(fileId, 0, new byte[100]).ask();

      assertThat(set(fileId, new FileChange.EndOfFile(10))).isEqualTo(NtStatus.SUCCESS);
      assertThat(set(fileId, new FileChange.Rename(new SharePath(List.of("g")), false)))
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(server.share.file("g")).hasSize(10);
      assertThat(set(fileId, new FileChange.Disposition(true))).isEqualTo(NtStatus.SUCCESS);
      MessageReader standard =
          answer(query(InfoType.FILE, FileInformationClass.STANDARD.code(), 24, fileId));
      assertThat(FileStandardInformation.decode(standard, 0).deletePending()).isTrue();
      files.close(fileId).ask();
      assertThat(server.share.files).isEmpty();
    }

    @Test
    void shouldRefuseAChangeWithoutItsRight() {
      FileId readable = opened("f", AccessMask.GENERIC_READ);

      assertThat(set(readable, new FileChange.EndOfFile(10))).isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(set(readable, new FileChange.Disposition(true))).isEqualTo(NtStatus.ACCESS_DENIED);
    }

    private NtStatus set(FileId fileId, FileChange change) {
      MessageWriter out = new MessageWriter();
      FileChangeCodec.encode(change, out);
      return files
          .setInfo(
              new SetInfoRequest(
                  InfoType.FILE, FileChangeCodec.classOf(change).code(), 0, fileId, out.written()))
          .ask()
          .status();
    }
  }

  @Nested
  class Controls {
    private Reply fsctl(int code, FileId fileId, MessageWriter input, int maxOutput) {
      return files.ioctl(IoctlRequest.fsctl(code, fileId, input.written(), maxOutput)).ask();
    }

    @Test
    void shouldZeroTrimAndTellRanges() throws Exception {
      FileId fileId = files.open("f");
      MessageWriter zero = new MessageWriter();
      FsctlBuffers.encodeSetZeroData(new ShareOpen.Extent(10, 20), zero);
      MessageWriter trim = new MessageWriter();
      FsctlBuffers.encodeFileLevelTrim(List.of(new ShareOpen.Extent(1, 2)), trim);
      MessageWriter ranges = new MessageWriter();
      FsctlBuffers.encodeQueryAllocatedRanges(new ShareOpen.Extent(0, 1 << 20), ranges);

      assertThat(fsctl(FsctlCode.SET_SPARSE, fileId, new MessageWriter(), 0).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(fsctl(FsctlCode.SET_ZERO_DATA, fileId, zero, 0).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(fsctl(FsctlCode.FILE_LEVEL_TRIM, fileId, trim, 0).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(server.share.calls).endsWith("Sparse", "zero 10+20", "trim 1+2");
      Reply reply = fsctl(FsctlCode.QUERY_ALLOCATED_RANGES, fileId, ranges, 100);
      assertThat(
              FsctlBuffers.decodeAllocatedRanges(
                  new MessageReader(IoctlResponseCodec.decode(reply.in()).output())))
          .hasSize(2);
      assertThat(fsctl(FsctlCode.QUERY_ALLOCATED_RANGES, fileId, ranges, 16).status())
          .isEqualTo(NtStatus.BUFFER_OVERFLOW);
      assertThat(fsctl(FsctlCode.QUERY_ALLOCATED_RANGES, fileId, ranges, 8).status())
          .isEqualTo(NtStatus.BUFFER_TOO_SMALL);
    }

    @Test
    void shouldRefuseUnknownCodesAndDeviceControls() {
      FileId fileId = files.open("f");

      assertThat(fsctl(0x1234_5678, fileId, new MessageWriter(), 0).status())
          .isEqualTo(NtStatus.INVALID_DEVICE_REQUEST);
      assertThat(
              files
                  .ioctl(new IoctlRequest(FsctlCode.SET_SPARSE, fileId, EMPTY, 0, 0, 0))
                  .ask()
                  .status())
          .isEqualTo(NtStatus.NOT_SUPPORTED);
    }

    @Test
    void shouldDisconnectWhenNegotiateIsToBeValidated() {
      files
          .ioctl(IoctlRequest.fsctl(FsctlCode.VALIDATE_NEGOTIATE_INFO, FileId.NONE, EMPTY, 24))
          .level(Level.SIGN)
          .assertDisconnects();
    }
  }

  @Nested
  class TreeControls {
    private static final int CODE = 0x0014_C001;

    private final ServerHarness lane =
        new ServerHarness(
            ServerSettings.defaults(ServerHarness.SERVER_GUID),
            _ ->
                new ShareResolver.Granted(
                    "lane",
                    server.share,
                    TrafficGate.OPEN,
                    (peer, code, input) ->
                        (peer.name() + code + new String(input, StandardCharsets.US_ASCII))
                            .getBytes(StandardCharsets.US_ASCII),
                    false));
    private final PeerFiles client = PeerFiles.of(lane);

    private Reply control(int maxOutput) {
      return client
          .ioctl(
              IoctlRequest.fsctl(
                  CODE,
                  FileId.NONE,
                  MemorySegment.ofArray("?".getBytes(StandardCharsets.US_ASCII)),
                  maxOutput))
          .ask();
    }

    @Test
    void shouldReachTheHandlerWhenEncrypted() throws Exception {
      client.at(Level.ENCRYPT);
      Reply reply = control(100);

      assertThat(reply.level()).isEqualTo(Level.ENCRYPT);
      assertThat(
              IoctlResponseCodec.decode(reply.in())
                  .output()
                  .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo("node1" + CODE + "?");
      assertThat(control(3).status()).isEqualTo(NtStatus.BUFFER_TOO_SMALL);
      lane.assertNothingLeaks();
    }

    @Test
    void shouldRefuseWhenNotEncrypted() {
      client.at(Level.SIGN);

      assertThat(control(100).status()).isEqualTo(NtStatus.ACCESS_DENIED);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Command.class,
      names = {"LOCK", "CHANGE_NOTIFY", "OPLOCK_BREAK"})
  void shouldRefuseAMessageWithoutABody(Command command) {
    assertThat(files.peer.request(command).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
  }
}
