package org.sealane.smb.io;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.sealane.smb.wire.NtStatus;

/** SMB2_CREATE_CONTEXT, [MS-SMB2] 2.2.13.2 in requests and 2.2.14.2 in responses. */
public sealed interface CreateContext {

  /** Bit of the durable contexts' Flags: the open shall survive the server, too. */
  int DURABLE_PERSISTENT = 0x0000_0002;

  /**
   * {@code DH2Q} in a request, [MS-SMB2] 2.2.13.2.11.
   *
   * @param timeoutMillis how long the open shall wait for its client, 0 for the server's choice
   * @param flags {@link #DURABLE_PERSISTENT} or 0
   * @param createGuid the client's name for the open
   */
  record DurableHandleRequestV2(long timeoutMillis, int flags, UUID createGuid)
      implements CreateContext {}

  /**
   * {@code DH2C} in a request, [MS-SMB2] 2.2.13.2.12.
   *
   * @param fileId the open that waits
   * @param createGuid as in the request that made it durable
   * @param flags {@link #DURABLE_PERSISTENT} or 0
   */
  record DurableHandleReconnectV2(FileId fileId, UUID createGuid, int flags)
      implements CreateContext {}

  /**
   * {@code DH2Q} in a response, [MS-SMB2] 2.2.14.2.12.
   *
   * @param timeoutMillis how long the open waits for its client
   * @param flags {@link #DURABLE_PERSISTENT} or 0
   */
  record DurableHandleResponseV2(long timeoutMillis, int flags) implements CreateContext {}

  /**
   * {@code RqLs} in requests and responses, [MS-SMB2] 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10 and
   * 2.2.14.2.11.
   *
   * @param key the client's name for the lease
   * @param state what the client wants to cache, or may: 1 what it reads, 2 the open, 4 what it
   *     writes
   * @param flags {@link #BREAK_IN_PROGRESS} and {@link #PARENT_KEY_SET}
   * @param second what the second version of the context has beside; empty in the first
   */
  record Lease(UUID key, int state, int flags, Optional<Second> second) implements CreateContext {
    public static final int BREAK_IN_PROGRESS = 0x02;
    public static final int PARENT_KEY_SET = 0x04;

    /**
     * @param parentKey the lease of the directory
     * @param epoch counts changes of the state, 16 bits
     */
    public record Second(UUID parentKey, int epoch) {}
  }

  /**
   * {@code MxAc} in a request, [MS-SMB2] 2.2.13.2.5.
   *
   * @param timestamp answer only if the file changed since
   */
  record QueryMaximalAccess(Optional<Instant> timestamp) implements CreateContext {}

  /**
   * {@code MxAc} in a response, [MS-SMB2] 2.2.14.2.5.
   *
   * @param queryStatus whether the access could be found out
   * @param maximalAccess access mask that the caller could have
   */
  record MaximalAccess(NtStatus queryStatus, int maximalAccess) implements CreateContext {}

  /** {@code QFid} in a request, [MS-SMB2] 2.2.13.2.9: asks which file on disk this is. */
  record QueryOnDiskId() implements CreateContext {}

  /**
   * {@code QFid} in a response, [MS-SMB2] 2.2.14.2.9.
   *
   * @param diskFileId tells the file from all others of the volume
   * @param volumeId tells the volume from others
   */
  record OnDiskId(long diskFileId, long volumeId) implements CreateContext {}

  /** {@code AlSi} in a request, [MS-SMB2] 2.2.13.2.6: storage to reserve for a new file. */
  record AllocationSize(long bytes) implements CreateContext {}

  /**
   * Ours, in requests on lanes: the user for whom a node opens the file, for the owner's audit log.
   * The node's word, which nobody can check.
   *
   * @param name the account's
   */
  record LaneUser(String name) implements CreateContext {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public LaneUser {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("a user's name of " + name.length() + " characters");
      }
    }

    /** Empty if that can be no account's name. */
    public static Optional<LaneUser> of(String name) {
      return NAME.matcher(name).matches() ? Optional.of(new LaneUser(name)) : Optional.empty();
    }
  }

  /**
   * Any other. Does not compare by content.
   *
   * @param name its bytes as ISO 8859-1 text
   * @param data a copy, the record's own
   */
  record Unknown(String name, byte[] data) implements CreateContext {}
}
