package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.sealane.smb.io.InfoType;
import org.sealane.smb.io.QueryDirectoryRequest;
import org.sealane.smb.io.QueryDirectoryRequestCodec;
import org.sealane.smb.io.QueryDirectoryResponse;
import org.sealane.smb.io.QueryDirectoryResponseCodec;
import org.sealane.smb.io.QueryInfoRequest;
import org.sealane.smb.io.QueryInfoRequestCodec;
import org.sealane.smb.io.QueryInfoResponse;
import org.sealane.smb.io.QueryInfoResponseCodec;
import org.sealane.smb.io.SetInfoRequest;
import org.sealane.smb.io.SetInfoRequestCodec;
import org.sealane.smb.io.SetInfoResponse;
import org.sealane.smb.io.SetInfoResponseCodec;
import org.sealane.smb.io.fscc.DirectoryInformationClass;
import org.sealane.smb.io.fscc.FileChangeCodec;
import org.sealane.smb.io.fscc.FileInformationClass;
import org.sealane.smb.io.fscc.FileInformationEncoder;
import org.sealane.smb.io.fscc.FileSystemInformationClass;
import org.sealane.smb.io.fscc.FileSystemInformationEncoder;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;

/** QUERY_DIRECTORY, QUERY_INFO and SET_INFO, [MS-SMB2] 3.3.5.18, 3.3.5.20 and 3.3.5.21. */
final class InformationCommands {
  /**
   * Most that one answer here holds, whatever the client allows: larger buffers do not make a
   * directory come faster.
   */
  private static final int ANSWER_BYTES_MAX = 1 << 20;

  private final ConnectionEnvironment environment;

  InformationCommands(ConnectionEnvironment environment) {
    this.environment = environment;
  }

  Step queryDirectory(Call call) throws MalformedMessageException, Refusal {
    QueryDirectoryRequest asked = QueryDirectoryRequestCodec.decode(call.request().reader());
    call.requirePayload(0, asked.outputBufferLength(), environment.limit(Limit.PAYLOAD_BYTES));
    DirectoryInformationClass layout =
        DirectoryInformationClass.ofCode(asked.informationClass())
            .orElseThrow(() -> new Refusal(NtStatus.INVALID_INFO_CLASS));
    Open open = call.open(asked.fileId());
    if (!open.allows(AccessMask.FILE_READ_DATA)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    int limitBytes = (int) Math.min(asked.outputBufferLength(), ANSWER_BYTES_MAX);
    return new Step.Run(
        Operation.lending(
            limitBytes,
            () -> {
              QueryDirectoryResponse response =
                  new QueryDirectoryResponse(open.scan().next(layout, asked, limitBytes).written());
              return new Outcome.Answered(
                  Response.success(out -> QueryDirectoryResponseCodec.encode(response, out)));
            }));
  }

  Step queryInfo(Call call) throws MalformedMessageException, Refusal {
    QueryInfoRequest asked = QueryInfoRequestCodec.decode(call.request().reader());
    call.requirePayload(
        asked.input().byteSize(),
        asked.outputBufferLength(),
        environment.limit(Limit.PAYLOAD_BYTES));
    Open open = call.open(asked.fileId());
    return switch (asked.infoType()) {
      case FILE -> queryFile(call, asked, open);
      case FILESYSTEM -> queryFileSystem(call, asked, open);
      case SECURITY, QUOTA -> throw new Refusal(NtStatus.NOT_SUPPORTED);
    };
  }

  private static Step queryFile(Call call, QueryInfoRequest asked, Open open) throws Refusal {
    FileInformationClass wanted =
        FileInformationClass.ofCode(asked.informationClass())
            .orElseThrow(() -> new Refusal(NtStatus.INVALID_INFO_CLASS));
    requireRoom(asked, wanted.fixedLength());
    if (tellsAttributes(wanted) && !open.allows(AccessMask.FILE_READ_ATTRIBUTES)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    return new Step.Run(
        Operation.of(
            0,
            () -> {
              MemorySegment information =
                  FileInformationEncoder.encode(wanted, openFile(open))
                      .orElseThrow(() ->
                          new ShareException(
                              NtStatus.INVALID_INFO_CLASS, wanted + " can only be set"));
              return new Outcome.Answered(answer(asked, information));
            }));
  }

  /** [MS-FSA] 2.1.5.12: classes that need FILE_READ_ATTRIBUTES. */
  private static boolean tellsAttributes(FileInformationClass wanted) {
    return switch (wanted) {
      case BASIC, ALL, NETWORK_OPEN, ATTRIBUTE_TAG -> true;
      case STANDARD,
          INTERNAL,
          EA,
          ACCESS,
          RENAME,
          DISPOSITION,
          POSITION,
          MODE,
          ALIGNMENT,
          ALLOCATION,
          END_OF_FILE,
          NORMALIZED_NAME ->
          false;
    };
  }

  private static FileInformationEncoder.OpenFile openFile(Open open) throws ShareException {
    return new FileInformationEncoder.OpenFile(
        open.share().information(),
        open.grantedAccess(),
        open.isDeletePending(),
        open.parameters().has(CreateOptions.WRITE_THROUGH),
        open.path().wire());
  }

  private static Step queryFileSystem(Call call, QueryInfoRequest asked, Open open) throws Refusal {
    FileSystemInformationClass wanted =
        FileSystemInformationClass.ofCode(asked.informationClass())
            .orElseThrow(() -> new Refusal(NtStatus.INVALID_INFO_CLASS));
    requireRoom(asked, wanted.fixedLength());
    call.use(open);
    ShareBackend backend = call.tree().grant().backend();
    return new Step.Run(
        Operation.of(
            0,
            () ->
                new Outcome.Answered(
                    answer(
                        asked,
                        FileSystemInformationEncoder.encode(
                            wanted, backend.volumeInformation())))));
  }

  private static void requireRoom(QueryInfoRequest asked, int fixedLength) throws Refusal {
    if (asked.outputBufferLength() < fixedLength) {
      throw new Refusal(NtStatus.INFO_LENGTH_MISMATCH);
    }
  }

  /** [MS-SMB2] 3.3.5.20.1: what does not fit is cut off, with STATUS_BUFFER_OVERFLOW. */
  private static Response answer(QueryInfoRequest asked, MemorySegment information) {
    boolean fits = information.byteSize() <= asked.outputBufferLength();
    QueryInfoResponse response =
        new QueryInfoResponse(
            fits ? information : information.asSlice(0, asked.outputBufferLength()));
    return Response.of(
        fits ? NtStatus.SUCCESS : NtStatus.BUFFER_OVERFLOW,
        out -> QueryInfoResponseCodec.encode(response, out));
  }

  Step setInfo(Call call) throws MalformedMessageException, Refusal {
    SetInfoRequest asked = SetInfoRequestCodec.decode(call.request().reader());
    call.requirePayload(asked.information().byteSize(), 0, environment.limit(Limit.PAYLOAD_BYTES));
    Open open = call.open(asked.fileId());
    if (asked.infoType() != InfoType.FILE) {
      throw new Refusal(NtStatus.NOT_SUPPORTED);
    }
    FileChange change = change(asked);
    if (!open.allows(neededFor(change))) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    boolean replay = call.request().header().has(HeaderFlags.REPLAY_OPERATION);
    call.use(open);
    return new Step.Run(
        Operation.of(
            0,
            () -> {
              if (!isDone(change, open, replay)) {
                open.share().setInformation(change);
              }
              switch (change) {
                case FileChange.Rename rename -> open.renamed(rename.to());
                case FileChange.Disposition disposition ->
                    open.deletePending(disposition.deletePending());
                case FileChange.Basic _,
                    FileChange.EndOfFile _,
                    FileChange.Allocation _,
                    FileChange.Sparse _ -> {}
              }
              return new Outcome.Answered(
                  Response.success(out -> SetInfoResponseCodec.encode(new SetInfoResponse(), out)));
            }));
  }

  /** A rename that is sent again may have been done the first time. */
  private static boolean isDone(FileChange change, Open open, boolean replay) {
    return replay && change instanceof FileChange.Rename rename && rename.to().equals(open.path());
  }

  private static FileChange change(SetInfoRequest asked) throws MalformedMessageException, Refusal {
    Optional<FileInformationClass> wanted = FileInformationClass.ofCode(asked.informationClass());
    try {
      return FileChangeCodec.decode(
          wanted.orElseThrow(() -> new Refusal(NtStatus.INVALID_INFO_CLASS)),
          new MessageReader(asked.information()));
    } catch (ShareException e) {
      throw new Refusal(e.status());
    }
  }

  /** [MS-FSA] 2.1.5.15: the access that a change needs. */
  private static int neededFor(FileChange change) {
    return switch (change) {
      case FileChange.Basic _, FileChange.Sparse _ -> AccessMask.FILE_WRITE_ATTRIBUTES;
      case FileChange.Rename _, FileChange.Disposition _ -> AccessMask.DELETE;
      case FileChange.EndOfFile _, FileChange.Allocation _ -> AccessMask.FILE_WRITE_DATA;
    };
  }
}
