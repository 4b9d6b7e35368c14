package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.io.CreateRequestCodec;
import org.sealane.smb.io.CreateResponseCodec;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlRequestCodec;
import org.sealane.smb.io.IoctlResponseCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.tree.TreeDisconnectRequest;
import org.sealane.smb.tree.TreeDisconnectRequestCodec;
import org.sealane.smb.tree.TreeDisconnectResponseCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.NtStatus;

/** A tree connect, [MS-SMB2] 3.2.1.4. Any thread may call any method. */
public final class ClientTree {
  /** A control's output may be longer than the buffer; what fits is delivered. */
  private static final Set<NtStatus> CONTROL_STATUS =
      Set.of(NtStatus.SUCCESS, NtStatus.BUFFER_OVERFLOW);

  private final ClientSession session;
  private final int id;
  private final TrafficGate gate;
  private final boolean encryptData;
  private final int channelSequence;
  private final boolean replays;
  private final PayloadCounter sent;
  private final PayloadCounter received;

  ClientTree(ClientSession session, int id, TrafficGate gate, boolean encryptData) {
    this(session, id, gate, encryptData, 0, false, new PayloadCounter(), new PayloadCounter());
  }

  private ClientTree(
      ClientSession session,
      int id,
      TrafficGate gate,
      boolean encryptData,
      int channelSequence,
      boolean replays,
      PayloadCounter sent,
      PayloadCounter received) {
    this.session = session;
    this.id = id;
    this.gate = gate;
    this.encryptData = encryptData;
    this.channelSequence = channelSequence;
    this.replays = replays;
    this.sent = sent;
    this.received = received;
  }

  /**
   * The same tree, whose requests carry a ChannelSequence, [MS-SMB2] 3.2.4.1.
   *
   * @param number grows by one, modulo 65,536, each time the opens change their connection
   */
  public ClientTree withChannelSequence(int number) {
    return new ClientTree(session, id, gate, encryptData, number & 0xFFFF, replays, sent, received);
  }

  /**
   * The same tree, whose requests say that they were sent before on a connection that is lost:
   * SMB2_FLAGS_REPLAY_OPERATION, [MS-SMB2] 3.2.4.1.
   */
  public ClientTree replaying() {
    return new ClientTree(session, id, gate, encryptData, channelSequence, true, sent, received);
  }

  int channelSequence() {
    return channelSequence;
  }

  boolean replays() {
    return replays;
  }

  /** The TreeId that the server gave. */
  public int id() {
    return id;
  }

  public ClientSession session() {
    return session;
  }

  /** Payload bytes of WRITE that were handed to the kernel. */
  public PayloadBytes sent() {
    return sent.sum();
  }

  /** Payload bytes of READ that arrived. */
  public PayloadBytes received() {
    return received.sum();
  }

  TrafficGate gate() {
    return gate;
  }

  /** True if the server wants everything on this tree sealed. */
  boolean encryptData() {
    return encryptData;
  }

  PayloadCounter sentCounter() {
    return sent;
  }

  PayloadCounter receivedCounter() {
    return received;
  }

  /** Opens or creates a file or directory, [MS-SMB2] 3.2.4.3. */
  public CompletionStage<ClientOpen> create(CreateParameters parameters) {
    return create(parameters, List.of());
  }

  /** As {@link #create(CreateParameters)}, with contexts such as those of durable opens. */
  public CompletionStage<ClientOpen> create(
      CreateParameters parameters, List<CreateContext> contexts) {
    CreateRequest request =
        new CreateRequest(
            CreateRequest.OPLOCK_LEVEL_NONE,
            CreateRequest.IMPERSONATION,
            parameters.desiredAccess(),
            parameters.fileAttributes(),
            parameters.shareAccess(),
            parameters.disposition(),
            parameters.options(),
            parameters.path().wire(),
            contexts);
    return submit(
        Request.Content.charged(Command.CREATE, 1, out -> CreateRequestCodec.encode(request, out)),
        Exchange.SUCCESS,
        (_, message, _) -> new ClientOpen(this, CreateResponseCodec.decode(message)));
  }

  /**
   * Sends a control code that names no file. Sealed whatever the gate says: the ends of a lane
   * exchange their policies by this.
   *
   * @param code CtlCode, [MS-SMB2] 2.2.31
   * @param outputBytesMax most bytes of output, at most the negotiated MaxTransactSize
   */
  public CompletionStage<byte[]> control(int code, byte[] input, int outputBytesMax) {
    return ioctl(code, FileId.NONE, MemorySegment.ofArray(input), outputBytesMax, Level.ENCRYPT);
  }

  /** Ends the tree connect; its opens end with it. */
  public CompletionStage<Void> disconnect() {
    return submit(
        Request.Content.small(
            Command.TREE_DISCONNECT,
            Level.SIGN,
            out -> TreeDisconnectRequestCodec.encode(new TreeDisconnectRequest(), out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          TreeDisconnectResponseCodec.decode(message);
          return null;
        });
  }

  Operation<byte[]> ioctl(
      int code, FileId fileId, MemorySegment input, int outputBytesMax, Level levelMin) {
    IoctlRequest request = IoctlRequest.fsctl(code, fileId, input, outputBytesMax);
    Request.Content content =
        new Request.Content(
            Command.IOCTL,
            CreditCharge.of(input.byteSize(), outputBytesMax),
            levelMin,
            out -> IoctlRequestCodec.encode(request, out),
            java.util.Optional.empty(),
            0);
    return submit(
        content,
        CONTROL_STATUS,
        (_, message, _) ->
            IoctlResponseCodec.decode(message).output().toArray(ValueLayout.JAVA_BYTE));
  }

  <T> Operation<T> submit(
      Request.Content content, Set<NtStatus> expected, Exchange.Decoder<T> decoder) {
    return Exchange.submit(session.connection(), RequestScope.of(this), content, expected, decoder);
  }
}
