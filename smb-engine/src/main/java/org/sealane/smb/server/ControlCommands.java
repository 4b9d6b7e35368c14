package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlRequestCodec;
import org.sealane.smb.io.IoctlResponse;
import org.sealane.smb.io.IoctlResponseCodec;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.io.NetworkInterfaceInfoCodec;
import org.sealane.smb.io.fscc.FsctlBuffers;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.io.fscc.ReadChanges;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.NegotiateInfoRequest;
import org.sealane.smb.negotiate.NegotiateInfoRequestCodec;
import org.sealane.smb.negotiate.NegotiateInfoResponse;
import org.sealane.smb.negotiate.NegotiateInfoResponseCodec;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/** IOCTL, [MS-SMB2] 3.3.5.15: holes in files, and the tree's own control codes. */
final class ControlCommands {
  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

  private final ConnectionEnvironment environment;
  private final SessionCommands sessionCommands;

  ControlCommands(ConnectionEnvironment environment, SessionCommands sessionCommands) {
    this.environment = environment;
    this.sessionCommands = sessionCommands;
  }

  Step ioctl(Call call) throws MalformedMessageException, Refusal {
    IoctlRequest asked = IoctlRequestCodec.decode(call.request().reader());
    if (asked.ctlCode() == FsctlCode.VALIDATE_NEGOTIATE_INFO) {
      return validateNegotiateInfo(call, asked);
    }
    if (asked.flags() != IoctlRequest.FLAG_IS_FSCTL) {
      throw new Refusal(NtStatus.NOT_SUPPORTED);
    }
    call.requirePayload(
        asked.input().byteSize(),
        Math.max(asked.maxInputResponse(), asked.maxOutputResponse()),
        environment.limit(Limit.PAYLOAD_BYTES));
    if (asked.ctlCode() == FsctlCode.QUERY_NETWORK_INTERFACE_INFO) {
      return queryInterfaces(call, asked);
    }
    if (asked.fileId().equals(FileId.NONE) && !call.request().isRelated()) {
      return controlTree(call, asked);
    }
    return controlFile(call, asked, call.open(asked.fileId()));
  }

  /** [MS-SMB2] 3.3.5.15.12. */
  private Step validateNegotiateInfo(Call call, IoctlRequest asked)
      throws MalformedMessageException {
    if (call.session().security().orElseThrow().requiresSignedTreeConnect()) {
      // "the server MUST terminate the connection": 3.1.1 has better means.
      return new Step.Disconnect("FSCTL_VALIDATE_NEGOTIATE_INFO on a 3.1.1 connection");
    }
    if (asked.maxOutputResponse() < NegotiateInfoResponse.LENGTH) {
      return new Step.Disconnect("no room for the answer to FSCTL_VALIDATE_NEGOTIATE_INFO");
    }
    NegotiateInfoRequest info = NegotiateInfoRequestCodec.decode(new MessageReader(asked.input()));
    return sessionCommands
        .validate(info)
        .<Step>map(answer -> {
          MessageWriter output = new MessageWriter();
          NegotiateInfoResponseCodec.encode(answer, output);
          IoctlResponse response =
              new IoctlResponse(asked.ctlCode(), asked.fileId(), output.written());
          // The client checks nothing but a signed answer.
          return new Step.Done(
              Response.success(out -> IoctlResponseCodec.encode(response, out))
                  .atLeast(Level.SIGN));
        })
        .orElseGet(() -> new Step.Disconnect("NEGOTIATE was changed on its way"));
  }

  /**
   * [MS-SMB2] 3.3.5.15.11. Told without multichannel, too, as lanes ask for another reason; not
   * told to who could be anybody on the way, as a client would go where it is sent.
   */
  private Step queryInterfaces(Call call, IoctlRequest asked) throws Refusal {
    if (call.request().level() == Level.CLEAR) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use();
    return new Step.Run(
        Operation.of(
            asked.maxOutputResponse(),
            () -> {
              List<NetworkInterfaceInfo> interfaces = environment.interfaces().get();
              if (interfaces.isEmpty()) {
                throw new ShareException(NtStatus.NOT_SUPPORTED, "no interfaces are told here");
              }
              MessageWriter output = new MessageWriter();
              NetworkInterfaceInfoCodec.encode(interfaces, output);
              if (output.length() > asked.maxOutputResponse()) {
                throw new ShareException(
                    NtStatus.BUFFER_TOO_SMALL, output.length() + " bytes of interfaces");
              }
              return answered(NtStatus.SUCCESS, asked, output.written());
            }));
  }

  private static Step controlTree(Call call, IoctlRequest asked) throws Refusal {
    ControlHandler handler = call.tree().grant().control();
    if (handler == ControlHandler.NONE) {
      throw new Refusal(NtStatus.INVALID_DEVICE_REQUEST);
    }
    if (call.request().level() != Level.ENCRYPT) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use();
    Principal peer = call.session().security().orElseThrow().peer();
    byte[] input = asked.input().toArray(ValueLayout.JAVA_BYTE);
    return new Step.Run(
        Operation.of(
            input.length + asked.maxOutputResponse(),
            () -> {
              byte[] output = handler.control(peer, asked.ctlCode(), input);
              if (output.length > asked.maxOutputResponse()) {
                throw new ShareException(
                    NtStatus.BUFFER_TOO_SMALL, output.length + " bytes of answer");
              }
              return answered(NtStatus.SUCCESS, asked, MemorySegment.ofArray(output));
            }));
  }

  private static Step controlFile(Call call, IoctlRequest asked, Open open)
      throws MalformedMessageException, Refusal {
    MessageReader input = new MessageReader(asked.input());
    ShareOpen share = open.share();
    Operation operation =
        switch (asked.ctlCode()) {
          case FsctlCode.SET_SPARSE -> {
            require(open, AccessMask.FILE_WRITE_DATA | AccessMask.FILE_WRITE_ATTRIBUTES);
            FileChange change = new FileChange.Sparse(FsctlBuffers.decodeSetSparse(input));
            yield change(asked, () -> share.setInformation(change));
          }
          case FsctlCode.SET_ZERO_DATA -> {
            require(open, AccessMask.FILE_WRITE_DATA);
            ShareOpen.Extent range = FsctlBuffers.decodeSetZeroData(input);
            yield change(asked, () -> share.zero(range.offset(), range.length()));
          }
          case FsctlCode.FILE_LEVEL_TRIM -> {
            require(open, AccessMask.FILE_WRITE_DATA);
            List<ShareOpen.Extent> ranges = FsctlBuffers.decodeFileLevelTrim(input);
            yield change(
                asked,
                () -> {
                  for (ShareOpen.Extent range : ranges) {
                    share.trim(range.offset(), range.length());
                  }
                });
          }
          case FsctlCode.QUERY_ALLOCATED_RANGES -> {
            require(open, AccessMask.FILE_READ_DATA);
            ShareOpen.Extent range = FsctlBuffers.decodeQueryAllocatedRanges(input);
            yield Operation.of(0, () -> allocatedRanges(share, range, asked));
          }
          case FsctlCode.PIPE_TRANSCEIVE -> {
            require(open, AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA);
            byte[] message = asked.input().toArray(ValueLayout.JAVA_BYTE);
            int bytesMax = (int) asked.maxOutputResponse();
            yield Operation.of(
                bytesMax,
                () ->
                    answered(
                        NtStatus.SUCCESS,
                        asked,
                        MemorySegment.ofArray(share.transceive(message, bytesMax))));
          }
          case FsctlCode.READ_CHANGES -> {
            if (!(call.peer() instanceof Principal.Node)) {
              throw new Refusal(NtStatus.INVALID_DEVICE_REQUEST);
            }
            require(open, AccessMask.FILE_READ_DATA);
            WatchRequest watch = ReadChanges.decodeInput(input);
            yield Operation.of(0, () -> changes(share.changes(watch), asked));
          }
          case FsctlCode.SRV_REQUEST_RESUME_KEY -> CopyCommands.resumeKey(asked, open);
          case FsctlCode.SRV_COPYCHUNK -> {
            require(open, AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA);
            require(open, AccessMask.FILE_READ_DATA);
            yield CopyCommands.copy(call, asked, open);
          }
          case FsctlCode.SRV_COPYCHUNK_WRITE -> {
            require(open, AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA);
            yield CopyCommands.copy(call, asked, open);
          }
          default -> throw new Refusal(NtStatus.INVALID_DEVICE_REQUEST);
        };
    call.use(open);
    return new Step.Run(operation);
  }

  private static void require(Open open, int anyOf) throws Refusal {
    if (!open.allows(anyOf)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
  }

  private interface Change {
    void apply() throws ShareException;
  }

  private static Operation change(IoctlRequest asked, Change change) {
    return Operation.of(
        0,
        () -> {
          change.apply();
          return answered(NtStatus.SUCCESS, asked, NOTHING);
        });
  }

  private static Outcome changes(Changes changes, IoctlRequest asked) {
    MessageWriter output = new MessageWriter();
    ReadChanges.encodeOutput(changes, output);
    if (output.length() > asked.maxOutputResponse()) {
      output = new MessageWriter();
      ReadChanges.encodeOutput(Changes.UNKNOWN, output);
    }
    return answered(NtStatus.SUCCESS, asked, output.written());
  }

  private static Outcome allocatedRanges(
      ShareOpen share, ShareOpen.Extent range, IoctlRequest asked) throws ShareException {
    List<ShareOpen.Extent> extents = share.allocatedRanges(range.offset(), range.length());
    MessageWriter output = new MessageWriter();
    int written = FsctlBuffers.encodeAllocatedRanges(extents, asked.maxOutputResponse(), output);
    if (written == 0 && !extents.isEmpty()) {
      throw new ShareException(NtStatus.BUFFER_TOO_SMALL, "no range fits");
    }
    NtStatus status = written < extents.size() ? NtStatus.BUFFER_OVERFLOW : NtStatus.SUCCESS;
    return answered(status, asked, output.written());
  }

  /** The response with that output. */
  static Outcome answered(NtStatus status, IoctlRequest asked, MemorySegment output) {
    IoctlResponse response = new IoctlResponse(asked.ctlCode(), asked.fileId(), output);
    return new Outcome.Answered(
        Response.of(status, out -> IoctlResponseCodec.encode(response, out)));
  }
}
