package org.sealane.smb.client;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.encryption.KeyUsage;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.session.LogoffRequest;
import org.sealane.smb.session.LogoffRequestCodec;
import org.sealane.smb.session.LogoffResponseCodec;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.tree.ShareFlags;
import org.sealane.smb.tree.TreeConnectRequest;
import org.sealane.smb.tree.TreeConnectRequestCodec;
import org.sealane.smb.tree.TreeConnectResponse;
import org.sealane.smb.tree.TreeConnectResponseCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.EchoRequest;
import org.sealane.smb.wire.EchoRequestCodec;
import org.sealane.smb.wire.EchoResponseCodec;

/** An authenticated session, [MS-SMB2] 3.2.1.3. Any thread may call any method. */
public final class ClientSession {
  private final ClientConnection connection;
  private final long id;
  private final SessionKeys keys;
  private final Principal peer;
  private final boolean encryptData;

  ClientSession(
      ClientConnection connection, long id, SessionKeys keys, Principal peer, boolean encryptData) {
    this.connection = connection;
    this.id = id;
    this.keys = keys;
    this.peer = peer;
    this.encryptData = encryptData;
  }

  /** The SessionId that the server gave. */
  public long id() {
    return id;
  }

  public ClientConnection connection() {
    return connection;
  }

  /** Who the server proved to be. */
  public Principal peer() {
    return peer;
  }

  /** How much the session's keys have done. */
  public KeyUsage keyUsage() {
    return keys.usage();
  }

  SessionKeys keys() {
    return keys;
  }

  /**
   * Where payloads may be placed, if they may. Only where they can be encrypted first: so a level
   * that rises at the last moment can always be met.
   */
  Optional<DirectPlacement> placement() {
    boolean encrypts = canPlaceAt(Level.ENCRYPT) && keys.canSeal();
    return encrypts ? connection.transport().placement() : Optional.empty();
  }

  /** True if NEGOTIATE settled what protects a placed payload at that level. */
  boolean canPlaceAt(Level level) {
    Set<RdmaTransformId> transforms = connection.negotiated().rdmaTransforms();
    return switch (level) {
      case CLEAR -> true;
      case SIGN -> transforms.contains(RdmaTransformId.SIGNING);
      case ENCRYPT -> transforms.contains(RdmaTransformId.ENCRYPTION);
    };
  }

  /** True if the server wants everything on this session sealed. */
  boolean encryptData() {
    return encryptData;
  }

  /**
   * Connects a tree, [MS-SMB2] 3.2.4.2.4. The request is signed or sealed whatever the gate says.
   * In dialects before 3.1.1 the server then has to say once more, signed, what it said in
   * NEGOTIATE.
   *
   * @param path {@code \\server\share}
   * @param gate asked for the level of each request and response on the tree
   */
  public CompletionStage<ClientTree> treeConnect(String path, TrafficGate gate) {
    Level level = Level.strongest(Level.SIGN, gate.sendLevel());
    CompletionStage<ClientTree> connected = connectTree(path, gate, level);
    return connection.negotiated().dialect() == Dialect.SMB_3_1_1
        ? connected
        : connected.thenCompose(NegotiateValidation::of);
  }

  private CompletionStage<ClientTree> connectTree(String path, TrafficGate gate, Level level) {
    return Exchange.submit(
        connection,
        RequestScope.of(this),
        Request.Content.small(
            Command.TREE_CONNECT,
            level,
            out -> TreeConnectRequestCodec.encode(new TreeConnectRequest(0, path), out)),
        Exchange.SUCCESS,
        (header, message, _) -> {
          TreeConnectResponse response = TreeConnectResponseCodec.decode(message);
          boolean encrypts = (response.shareFlags() & ShareFlags.ENCRYPT_DATA) != 0;
          return new ClientTree(this, header.treeId(), gate, encrypts);
        });
  }

  /** Asks the server for a sign of life. */
  public CompletionStage<Void> echo() {
    return Exchange.submit(
        connection,
        RequestScope.of(this),
        Request.Content.small(
            Command.ECHO, controlLevel(), out -> EchoRequestCodec.encode(new EchoRequest(), out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          EchoResponseCodec.decode(message);
          return null;
        });
  }

  /** Ends the session; its trees and opens end with it. The keys are destroyed. */
  public CompletionStage<Void> logoff() {
    return Exchange.submit(
        connection,
        RequestScope.of(this),
        Request.Content.small(
            Command.LOGOFF,
            controlLevel(),
            out -> LogoffRequestCodec.encode(new LogoffRequest(), out)),
        Exchange.SUCCESS,
        (_, message, _) -> {
          LogoffResponseCodec.decode(message);
          connection.ended(this);
          return null;
        });
  }

  /** Messages on no tree have no gate: they carry no payload and are sealed where that works. */
  private Level controlLevel() {
    return keys.canSeal() ? Level.ENCRYPT : Level.SIGN;
  }
}
