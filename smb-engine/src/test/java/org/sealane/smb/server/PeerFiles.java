package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.sealane.smb.io.CloseRequest;
import org.sealane.smb.io.CloseRequestCodec;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.io.CreateRequestCodec;
import org.sealane.smb.io.CreateResponseCodec;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.FlushRequest;
import org.sealane.smb.io.FlushRequestCodec;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.IoctlRequestCodec;
import org.sealane.smb.io.LockRequest;
import org.sealane.smb.io.LockRequestCodec;
import org.sealane.smb.io.QueryInfoRequest;
import org.sealane.smb.io.QueryInfoRequestCodec;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.SetInfoRequest;
import org.sealane.smb.io.SetInfoRequestCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/** Requests about files, as a test wants them, at one level. */
final class PeerFiles {
  final ScriptedPeer peer;
  Level level = Level.CLEAR;

  PeerFiles(ScriptedPeer peer) {
    this.peer = peer;
  }

  /** A connected peer's. */
  static PeerFiles of(ServerHarness server) {
    return new PeerFiles(ScriptedPeer.connected(server));
  }

  PeerFiles at(Level wanted) {
    level = wanted;
    return this;
  }

  PeerRequest create(String name, CreateDisposition disposition, int access, int options) {
    return create(name, disposition, access, options, List.of());
  }

  PeerRequest create(
      String name,
      CreateDisposition disposition,
      int access,
      int options,
      List<CreateContext> contexts) {
    CreateRequest request =
        new CreateRequest(
            CreateRequest.OPLOCK_LEVEL_NONE,
            CreateRequest.IMPERSONATION,
            access,
            0,
            CreateParameters.SHARE_ALL,
            disposition,
            options,
            name,
            contexts);
    return peer.request(Command.CREATE)
        .body(out -> CreateRequestCodec.encode(request, out))
        .level(level);
  }

  PeerRequest create(String name) {
    return create(name, CreateDisposition.OPEN_IF, AccessMask.GENERIC_ALL, 0);
  }

  /** The FileId of a CREATE that must succeed. */
  FileId open(String name) {
    return fileId(create(name).ask());
  }

  static FileId fileId(Reply reply) {
    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    try {
      return CreateResponseCodec.decode(reply.in()).fileId();
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  PeerRequest close(FileId fileId) {
    return peer.request(Command.CLOSE)
        .body(out -> CloseRequestCodec.encode(new CloseRequest(0, fileId), out))
        .level(level);
  }

  PeerRequest flush(FileId fileId) {
    return peer.request(Command.FLUSH)
        .body(out -> FlushRequestCodec.encode(new FlushRequest(fileId), out))
        .level(level);
  }

  PeerRequest read(FileId fileId, long offset, long length) {
    return read(ReadRequest.inline(fileId, offset, length));
  }

  PeerRequest read(ReadRequest request) {
    return peer.request(Command.READ)
        .body(out -> ReadRequestCodec.encode(request, out))
        .charge(CreditCharge.of(0, request.lengthBytes()))
        .level(level);
  }

  PeerRequest write(FileId fileId, long offset, byte[] bytes) {
    return write(fileId, offset, bytes, 0);
  }

  PeerRequest write(FileId fileId, long offset, byte[] bytes, int flags) {
    return peer.request(Command.WRITE)
        .body(out ->
            WriteRequestCodec.encode(WriteRequest.inline(fileId, offset, bytes.length, flags), out))
        .payload(bytes)
        .charge(CreditCharge.of(bytes.length, 0))
        .level(level);
  }

  PeerRequest queryInfo(QueryInfoRequest request) {
    return peer.request(Command.QUERY_INFO)
        .body(out -> QueryInfoRequestCodec.encode(request, out))
        .level(level);
  }

  PeerRequest setInfo(SetInfoRequest request) {
    return peer.request(Command.SET_INFO)
        .body(out -> SetInfoRequestCodec.encode(request, out))
        .level(level);
  }

  PeerRequest ioctl(IoctlRequest request) {
    return peer.request(Command.IOCTL)
        .body(out -> IoctlRequestCodec.encode(request, out))
        .level(level);
  }

  PeerRequest lock(LockRequest request) {
    return peer.request(Command.LOCK)
        .body(out -> LockRequestCodec.encode(request, out))
        .level(level);
  }

  /** A LOCK of one range, without a sequence. */
  PeerRequest lock(FileId fileId, long offset, long length, int flags) {
    return lock(
        new LockRequest(0, 0, fileId, List.of(new LockRequest.Element(offset, length, flags))));
  }

  PeerRequest logoff() {
    return peer.request(Command.LOGOFF).body(FixedBody::encode).level(level);
  }

  PeerRequest treeDisconnect() {
    return peer.request(Command.TREE_DISCONNECT).body(FixedBody::encode).level(level);
  }

  static byte[] payload(Reply reply) {
    assertThat(reply.status()).isEqualTo(NtStatus.SUCCESS);
    try {
      ReadResponse response = ReadResponseCodec.decode(reply.in());
      MemorySegment bytes = ReadResponseCodec.payload(reply.in(), response);
      return bytes.toArray(ValueLayout.JAVA_BYTE);
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return bytes;
  }
}
