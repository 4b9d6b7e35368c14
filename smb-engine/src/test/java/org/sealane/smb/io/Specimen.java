package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.TestedCodec;

/**
 * One golden message and the codec that it belongs to.
 *
 * @param golden the hex file's name
 * @param codec of the message; where a payload travels beside the record, of both together
 * @param optionalTailBytes bytes at the end that carry nothing and may be missing
 */
record Specimen<T>(String golden, TestedCodec<T> codec, int optionalTailBytes) {
  static final TestedCodec<CreateRequest> CREATE_REQUEST =
      new TestedCodec<>(CreateRequestCodec::decode, CreateRequestCodec::encode);
  static final TestedCodec<CreateResponse> CREATE_RESPONSE =
      new TestedCodec<>(CreateResponseCodec::decode, CreateResponseCodec::encode);
  static final TestedCodec<CloseRequest> CLOSE_REQUEST =
      new TestedCodec<>(CloseRequestCodec::decode, CloseRequestCodec::encode);
  static final TestedCodec<CloseResponse> CLOSE_RESPONSE =
      new TestedCodec<>(CloseResponseCodec::decode, CloseResponseCodec::encode);
  static final TestedCodec<FlushRequest> FLUSH_REQUEST =
      new TestedCodec<>(FlushRequestCodec::decode, FlushRequestCodec::encode);
  static final TestedCodec<FlushResponse> FLUSH_RESPONSE =
      new TestedCodec<>(FlushResponseCodec::decode, FlushResponseCodec::encode);
  static final TestedCodec<ReadRequest> READ_REQUEST =
      new TestedCodec<>(ReadRequestCodec::decode, ReadRequestCodec::encode);
  static final TestedCodec<WithPayload<ReadResponse>> READ_RESPONSE =
      new TestedCodec<>(Specimen::readResponse, Specimen::readResponse);
  static final TestedCodec<WithPayload<WriteRequest>> WRITE_REQUEST =
      new TestedCodec<>(Specimen::writeRequest, Specimen::writeRequest);
  static final TestedCodec<WriteResponse> WRITE_RESPONSE =
      new TestedCodec<>(WriteResponseCodec::decode, WriteResponseCodec::encode);
  static final TestedCodec<IoctlRequest> IOCTL_REQUEST =
      new TestedCodec<>(IoctlRequestCodec::decode, IoctlRequestCodec::encode);
  static final TestedCodec<IoctlResponse> IOCTL_RESPONSE =
      new TestedCodec<>(IoctlResponseCodec::decode, IoctlResponseCodec::encode);
  static final TestedCodec<LockRequest> LOCK_REQUEST =
      new TestedCodec<>(LockRequestCodec::decode, LockRequestCodec::encode);
  static final TestedCodec<LockResponse> LOCK_RESPONSE =
      new TestedCodec<>(LockResponseCodec::decode, LockResponseCodec::encode);
  static final TestedCodec<OplockBreakNotification> OPLOCK_BREAK_NOTIFICATION =
      new TestedCodec<>(OplockBreakNotificationCodec::decode, OplockBreakNotificationCodec::encode);
  static final TestedCodec<OplockBreakAcknowledgment> OPLOCK_BREAK_ACKNOWLEDGMENT =
      new TestedCodec<>(
          OplockBreakAcknowledgmentCodec::decode, OplockBreakAcknowledgmentCodec::encode);
  static final TestedCodec<OplockBreakResponse> OPLOCK_BREAK_RESPONSE =
      new TestedCodec<>(OplockBreakResponseCodec::decode, OplockBreakResponseCodec::encode);
  static final TestedCodec<LeaseBreakNotification> LEASE_BREAK_NOTIFICATION =
      new TestedCodec<>(LeaseBreakNotificationCodec::decode, LeaseBreakNotificationCodec::encode);
  static final TestedCodec<LeaseBreakAcknowledgment> LEASE_BREAK_ACKNOWLEDGMENT =
      new TestedCodec<>(
          LeaseBreakAcknowledgmentCodec::decode, LeaseBreakAcknowledgmentCodec::encode);
  static final TestedCodec<LeaseBreakResponse> LEASE_BREAK_RESPONSE =
      new TestedCodec<>(LeaseBreakResponseCodec::decode, LeaseBreakResponseCodec::encode);
  static final TestedCodec<ChangeNotifyRequest> CHANGE_NOTIFY_REQUEST =
      new TestedCodec<>(ChangeNotifyRequestCodec::decode, ChangeNotifyRequestCodec::encode);
  static final TestedCodec<ChangeNotifyResponse> CHANGE_NOTIFY_RESPONSE =
      new TestedCodec<>(ChangeNotifyResponseCodec::decode, ChangeNotifyResponseCodec::encode);
  static final TestedCodec<QueryDirectoryRequest> QUERY_DIRECTORY_REQUEST =
      new TestedCodec<>(QueryDirectoryRequestCodec::decode, QueryDirectoryRequestCodec::encode);
  static final TestedCodec<QueryDirectoryResponse> QUERY_DIRECTORY_RESPONSE =
      new TestedCodec<>(QueryDirectoryResponseCodec::decode, QueryDirectoryResponseCodec::encode);
  static final TestedCodec<QueryInfoRequest> QUERY_INFO_REQUEST =
      new TestedCodec<>(QueryInfoRequestCodec::decode, QueryInfoRequestCodec::encode);
  static final TestedCodec<QueryInfoResponse> QUERY_INFO_RESPONSE =
      new TestedCodec<>(QueryInfoResponseCodec::decode, QueryInfoResponseCodec::encode);
  static final TestedCodec<SetInfoRequest> SET_INFO_REQUEST =
      new TestedCodec<>(SetInfoRequestCodec::decode, SetInfoRequestCodec::encode);
  static final TestedCodec<SetInfoResponse> SET_INFO_RESPONSE =
      new TestedCodec<>(SetInfoResponseCodec::decode, SetInfoResponseCodec::encode);

  static final List<Specimen<?>> ALL =
      List.of(
          new Specimen<>("create-request", CREATE_REQUEST, 0),
          new Specimen<>("create-request-lease", CREATE_REQUEST, 0),
          new Specimen<>("create-response", CREATE_RESPONSE, 0),
          new Specimen<>("close-request", CLOSE_REQUEST, 0),
          new Specimen<>("close-response", CLOSE_RESPONSE, 0),
          new Specimen<>("close-response-plain", CLOSE_RESPONSE, 0),
          new Specimen<>("flush-request", FLUSH_REQUEST, 0),
          new Specimen<>("flush-response", FLUSH_RESPONSE, 0),
          new Specimen<>("read-request", READ_REQUEST, 1),
          new Specimen<>("read-request-rdma", READ_REQUEST, 0),
          new Specimen<>("read-response", READ_RESPONSE, 0),
          new Specimen<>("read-response-rdma-transform", READ_RESPONSE, 0),
          new Specimen<>("write-request", WRITE_REQUEST, 0),
          new Specimen<>("write-request-rdma", WRITE_REQUEST, 0),
          new Specimen<>("write-request-rdma-transform", WRITE_REQUEST, 0),
          new Specimen<>("write-response", WRITE_RESPONSE, 0),
          new Specimen<>("ioctl-request", IOCTL_REQUEST, 0),
          new Specimen<>("ioctl-response", IOCTL_RESPONSE, 0),
          new Specimen<>("lock-request", LOCK_REQUEST, 0),
          new Specimen<>("lock-response", LOCK_RESPONSE, 0),
          new Specimen<>("oplock-break-notification", OPLOCK_BREAK_NOTIFICATION, 0),
          new Specimen<>("oplock-break-acknowledgment", OPLOCK_BREAK_ACKNOWLEDGMENT, 0),
          new Specimen<>("oplock-break-response", OPLOCK_BREAK_RESPONSE, 0),
          new Specimen<>("lease-break-notification", LEASE_BREAK_NOTIFICATION, 0),
          new Specimen<>("lease-break-acknowledgment", LEASE_BREAK_ACKNOWLEDGMENT, 0),
          new Specimen<>("lease-break-response", LEASE_BREAK_RESPONSE, 0),
          new Specimen<>("change-notify-request", CHANGE_NOTIFY_REQUEST, 0),
          new Specimen<>("change-notify-response", CHANGE_NOTIFY_RESPONSE, 0),
          new Specimen<>("query-directory-request", QUERY_DIRECTORY_REQUEST, 0),
          new Specimen<>("query-directory-response", QUERY_DIRECTORY_RESPONSE, 0),
          new Specimen<>("query-info-request", QUERY_INFO_REQUEST, 1),
          new Specimen<>("query-info-response", QUERY_INFO_RESPONSE, 0),
          new Specimen<>("set-info-request", SET_INFO_REQUEST, 0),
          new Specimen<>("set-info-response", SET_INFO_RESPONSE, 0));

  /** A message and what follows its encoded part as a segment of its own. */
  record WithPayload<T>(T message, MemorySegment payload) {}

  private static WithPayload<ReadResponse> readResponse(MessageReader in)
      throws MalformedMessageException {
    ReadResponse response = ReadResponseCodec.decode(in);
    return new WithPayload<>(response, ReadResponseCodec.payload(in, response));
  }

  private static void readResponse(WithPayload<ReadResponse> both, MessageWriter out) {
    ReadResponse sent = both.message();
    ReadResponseCodec.encode(
        new ReadResponse(
            ReadResponse.PAYLOAD_OFFSET,
            both.payload().byteSize(),
            sent.dataRemaining(),
            sent.flags()),
        out);
    out.bytes(out.length(), both.payload());
  }

  private static WithPayload<WriteRequest> writeRequest(MessageReader in)
      throws MalformedMessageException {
    WriteRequest request = WriteRequestCodec.decode(in);
    return new WithPayload<>(request, WriteRequestCodec.payload(in, request));
  }

  private static void writeRequest(WithPayload<WriteRequest> both, MessageWriter out) {
    WriteRequest sent = both.message();
    WriteRequestCodec.encode(
        new WriteRequest(
            sent.channel() == Channel.NONE ? WriteRequest.PAYLOAD_OFFSET : 0,
            both.payload().byteSize(),
            sent.offset(),
            sent.fileId(),
            sent.channel(),
            sent.remainingBytes(),
            sent.channelInfo(),
            sent.flags()),
        out);
    out.bytes(out.length(), both.payload());
  }

  @Override
  public String toString() {
    return golden;
  }
}
