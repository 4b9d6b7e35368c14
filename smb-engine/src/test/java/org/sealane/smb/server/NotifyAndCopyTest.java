package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.io.ChangeNotifyRequest;
import org.sealane.smb.io.ChangeNotifyRequestCodec;
import org.sealane.smb.io.ChangeNotifyResponseCodec;
import org.sealane.smb.io.CopyChunkRequest;
import org.sealane.smb.io.CopyChunkRequestCodec;
import org.sealane.smb.io.CopyChunkResponse;
import org.sealane.smb.io.CopyChunkResponseCodec;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlResponseCodec;
import org.sealane.smb.io.ResumeKeyResponseCodec;
import org.sealane.smb.io.fscc.FileNotifyInformation;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.FileEvent;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** CHANGE_NOTIFY and server-side copy on a real directory. */
class NotifyAndCopyTest {
  private static final Duration TICK = Duration.ofSeconds(2);

  @TempDir Path root;
  private DirectoryShare share;
  private PeerFiles files;

  @BeforeEach
  void open() throws Exception {
    share = new DirectoryShare(root, DirectoryShare.Settings.of("test", 7));
    files =
        PeerFiles.of(
            new ServerHarness(
                ServerSettings.defaults(ServerHarness.SERVER_GUID),
                request ->
                    new ShareResolver.Granted(
                        request.shareName(), share, TrafficGate.OPEN, ControlHandler.NONE, false)));
  }

  @AfterEach
  void close() {
    files.peer.server.assertNothingLeaks();
    share.close();
  }

  @Nested
  class Notify {
    private FileId directory() {
      return PeerFiles.fileId(
          files
              .create(
                  "",
                  CreateDisposition.OPEN,
                  AccessMask.FILE_READ_DATA,
                  CreateOptions.DIRECTORY_FILE)
              .ask());
    }

    private PeerRequest notify(FileId fileId, long bytesMax) {
      ChangeNotifyRequest request =
          new ChangeNotifyRequest(0, bytesMax, fileId, WatchRequest.FILE_NAME);
      return files
          .peer
          .request(Command.CHANGE_NOTIFY)
          .body(out -> ChangeNotifyRequestCodec.encode(request, out));
    }

    private Reply pending(FileId fileId) {
      Reply pending = notify(fileId, 4096).ask();
      assertThat(pending.status()).isEqualTo(NtStatus.PENDING);
      return pending;
    }

    private static List<FileEvent> events(Reply reply) throws MalformedMessageException {
      return FileNotifyInformation.decode(
          new MessageReader(ChangeNotifyResponseCodec.decode(reply.in()).events()), 0);
    }

    @Test
    void shouldAnswerWhenSomethingHappens() throws Exception {
      FileId directory = directory();
      Reply pending = pending(directory);

      files.open("f");
      files.peer.server.advance(TICK);

      Reply answer = files.peer.next().getFirst();
      assertThat(answer.status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(answer.header().asyncOrTreeId()).isEqualTo(pending.header().asyncOrTreeId());
      assertThat(events(answer))
          .extracting(event -> event.action() + " " + event.path().wire())
          .containsExactly("ADDED f");
    }

    @Test
    void shouldAnswerAtOnceWhatHappenedBetweenTwoRequests() throws Exception {
      FileId directory = directory();
      pending(directory);
      files.open("f");
      files.peer.server.advance(TICK);
      files.peer.next();
      files.open("g");

      assertThat(events(notify(directory, 4096).ask())).hasSize(1);
    }

    @Test
    void shouldSayThatTheBufferIsTooSmall() {
      FileId directory = directory();
      notify(directory, 4096).ask();
      files.open("f");
      files.peer.server.advance(TICK);
      files.peer.next();
      files.open("a long name");

      Reply answer = notify(directory, 20).ask();

      assertThat(answer.status()).isEqualTo(NtStatus.NOTIFY_ENUM_DIR);
    }

    @Test
    void shouldEndWithCancelledAndWithItsOpen() {
      FileId directory = directory();
      Reply cancelled = pending(directory);
      files.peer.server.deliver(
          files
              .peer
              .request(Command.CANCEL)
              .body(FixedBody::encode)
              .messageId(cancelled.header().messageId())
              .asyncId(cancelled.header().asyncOrTreeId())
              .bytes());
      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.CANCELLED);
      pending(directory);

      files.peer.server.deliver(files.close(directory).bytes());

      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.NOTIFY_CLEANUP);
      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.SUCCESS);
    }

    @Test
    void shouldRefuseAFileAndWhatMayNotList() {
      FileId file = files.open("f");
      FileId attributes =
          PeerFiles.fileId(
              files.create("", CreateDisposition.OPEN, AccessMask.FILE_READ_ATTRIBUTES, 0).ask());

      assertThat(notify(file, 4096).ask().status()).isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(notify(attributes, 4096).ask().status()).isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(notify(directory(), 1L << 31).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
    }
  }

  @Nested
  class Copy {
    private Reply ioctl(int code, FileId fileId, MemorySegment input, int maxOutput) {
      return files.ioctl(IoctlRequest.fsctl(code, fileId, input, maxOutput)).ask();
    }

    private FileId key(FileId source) throws MalformedMessageException {
      Reply reply =
          ioctl(FsctlCode.SRV_REQUEST_RESUME_KEY, source, MemorySegment.ofArray(new byte[0]), 32);
      assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
      return ResumeKeyResponseCodec.decode(
              new MessageReader(IoctlResponseCodec.decode(reply.in()).output()))
          .source();
    }

    private Reply copy(int code, FileId key, FileId target, CopyChunkRequest.Chunk... chunks) {
      MessageWriter input = new MessageWriter();
      CopyChunkRequestCodec.encode(
          new CopyChunkRequest(key, chunks.length, List.of(chunks)), input);
      return ioctl(code, target, input.written(), CopyChunkResponse.LENGTH);
    }

    private static CopyChunkResponse response(Reply reply) throws MalformedMessageException {
      return CopyChunkResponseCodec.decode(
          new MessageReader(IoctlResponseCodec.decode(reply.in()).output()));
    }

    private FileId source() {
      FileId source = files.open("source");
      assertThat(files.write(source, 0, PeerFiles.pattern(10_000)).ask().status())
          .isEqualTo(NtStatus.SUCCESS);
      return source;
    }

    @Test
    void shouldCopyChunks() throws Exception {
      FileId source = source();
      FileId target = files.open("target");

      Reply reply =
          copy(
              FsctlCode.SRV_COPYCHUNK,
              key(source),
              target,
              new CopyChunkRequest.Chunk(0, 5_000, 5_000),
              new CopyChunkRequest.Chunk(5_000, 0, 5_000));

      assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(response(reply)).isEqualTo(new CopyChunkResponse(2, 0, 10_000));
      byte[] pattern = PeerFiles.pattern(10_000);
      byte[] copied = Files.readAllBytes(root.resolve("target"));
      assertThat(copied).hasSize(10_000);
      assertThat(java.util.Arrays.copyOfRange(copied, 5_000, 10_000))
          .isEqualTo(java.util.Arrays.copyOf(pattern, 5_000));
      assertThat(java.util.Arrays.copyOf(copied, 5_000))
          .isEqualTo(java.util.Arrays.copyOfRange(pattern, 5_000, 10_000));
    }

    @Test
    void shouldTellTheLimitsToWhoPassesThem() throws Exception {
      FileId source = source();

      Reply reply =
          copy(
              FsctlCode.SRV_COPYCHUNK_WRITE,
              key(source),
              files.open("target"),
              new CopyChunkRequest.Chunk(0, 0, CopyChunkRequest.CHUNK_BYTES_MAX + 1L));

      assertThat(reply.status()).isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(response(reply)).isEqualTo(CopyChunkResponse.LIMITS);
    }

    @Test
    void shouldTellHowFarItCameBeforeTheSourceEnded() throws Exception {
      Reply reply =
          copy(
              FsctlCode.SRV_COPYCHUNK,
              key(source()),
              files.open("target"),
              new CopyChunkRequest.Chunk(0, 0, 1_000),
              new CopyChunkRequest.Chunk(9_000, 1_000, 1_001));

      assertThat(reply.status()).isEqualTo(NtStatus.INVALID_VIEW_SIZE);
      assertThat(response(reply)).isEqualTo(new CopyChunkResponse(1, 0, 1_000));
    }

    @Test
    void shouldRefuseWhatTheOpensMayNotDo() throws Exception {
      FileId source = source();
      CopyChunkRequest.Chunk chunk = new CopyChunkRequest.Chunk(0, 0, 1);
      FileId writeOnly =
          PeerFiles.fileId(
              files
                  .create("target", CreateDisposition.OPEN_IF, AccessMask.FILE_WRITE_DATA, 0)
                  .ask());
      FileId readOnly =
          PeerFiles.fileId(
              files.create("target", CreateDisposition.OPEN, AccessMask.FILE_READ_DATA, 0).ask());

      assertThat(copy(FsctlCode.SRV_COPYCHUNK, key(source), writeOnly, chunk).status())
          .isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(copy(FsctlCode.SRV_COPYCHUNK_WRITE, key(source), writeOnly, chunk).status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(copy(FsctlCode.SRV_COPYCHUNK_WRITE, key(source), readOnly, chunk).status())
          .isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(copy(FsctlCode.SRV_COPYCHUNK_WRITE, key(writeOnly), source, chunk).status())
          .isEqualTo(NtStatus.ACCESS_DENIED);
      assertThat(copy(FsctlCode.SRV_COPYCHUNK, new FileId(99, 99), source, chunk).status())
          .isEqualTo(NtStatus.OBJECT_NAME_NOT_FOUND);
      assertThat(
              copy(
                      FsctlCode.SRV_COPYCHUNK,
                      key(source),
                      source,
                      new CopyChunkRequest.Chunk(-1, 0, 1))
                  .status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(
              ioctl(
                      FsctlCode.SRV_REQUEST_RESUME_KEY,
                      source,
                      MemorySegment.ofArray(new byte[0]),
                      31)
                  .status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
    }
  }
}
