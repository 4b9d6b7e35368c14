package org.sealane.smb.server;

import java.util.Objects;
import java.util.Optional;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.wire.NtStatus;

/**
 * Says which tree a peer gets for a name, [MS-SMB2] 3.3.5.7. Called for each TREE_CONNECT on a
 * worker thread; it may block and may be called by several threads at once.
 */
@FunctionalInterface
public interface ShareResolver {
  Resolution resolve(TreeRequest request);

  /**
   * What a peer asks for, and what protects its session.
   *
   * @param peer the authenticated peer
   * @param path the name as sent, {@code \\server\share}
   * @param cipher the connection's cipher; empty if none was agreed, then nothing can be encrypted
   * @param signing the connection's signing algorithm
   */
  record TreeRequest(
      Principal peer, String path, Optional<CipherId> cipher, SigningAlgorithm signing) {

    /** The last component of the path: the share's name. */
    public String shareName() {
      return path.substring(path.lastIndexOf('\\') + 1);
    }
  }

  /** The answer to a TREE_CONNECT. */
  sealed interface Resolution {}

  /**
   * The peer gets the tree.
   *
   * @param name the tree's name in status, logs and audit
   * @param backend what it serves; stays the resolver's, the server closes only opens
   * @param gate decides the level of each request and response on the tree
   * @param control answers IOCTLs that name no file
   * @param encryptData tells the client by SMB2_SHAREFLAG_ENCRYPT_DATA that it must encrypt
   * @param maximalAccess the rights that any open of the peer may have, without generic bits
   */
  record Granted(
      String name,
      ShareBackend backend,
      TrafficGate gate,
      ControlHandler control,
      boolean encryptData,
      int maximalAccess)
      implements Resolution {
    /** A tree on which the peer may do anything. */
    public Granted(
        String name,
        ShareBackend backend,
        TrafficGate gate,
        ControlHandler control,
        boolean encryptData) {
      this(name, backend, gate, control, encryptData, AccessMask.FILE_ALL_ACCESS);
    }

    public Granted {
      Objects.requireNonNull(name);
      Objects.requireNonNull(backend);
      Objects.requireNonNull(gate);
      Objects.requireNonNull(control);
    }

    /** The same for a client that can not encrypt and is let in nevertheless. */
    Granted withoutEncryption() {
      return encryptData
          ? new Granted(name, backend, TrafficGate.OPEN, control, false, maximalAccess)
          : this;
    }

    /** A tree at any level, without control codes. */
    public static Granted open(String name, ShareBackend backend) {
      return new Granted(name, backend, TrafficGate.OPEN, ControlHandler.NONE, false);
    }
  }

  /**
   * The peer does not get it.
   *
   * @param status an error status for the peer
   * @param reason one line for the log and the event
   */
  record Refused(NtStatus status, String reason) implements Resolution {
    public Refused {
      if (!status.isError()) {
        throw new IllegalArgumentException("a refusal needs an error status, not " + status);
      }
    }
  }
}
