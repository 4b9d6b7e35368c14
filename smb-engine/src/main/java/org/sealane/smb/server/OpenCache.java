package org.sealane.smb.server;

import java.util.Optional;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.share.CacheGrant;

/**
 * What a client may cache of an open's file.
 *
 * @param lease the lease that it asked for; empty for an oplock
 */
record OpenCache(CacheGrant grant, Optional<CreateContext.Lease> lease) {
  static final OpenCache NONE = new OpenCache(CacheGrant.NOTHING, Optional.empty());

  /** OplockLevel of the CREATE response. */
  int oplockLevel() {
    if (grant == CacheGrant.NOTHING) {
      return CreateRequest.OPLOCK_LEVEL_NONE;
    }
    return lease.isPresent()
        ? CreateRequest.OPLOCK_LEVEL_LEASE
        : OplockLevel.of(grant.state()).code();
  }

  /** The lease context of the CREATE response, [MS-SMB2] 2.2.14.2.10 and 11. */
  Optional<CreateContext> answer() {
    if (grant == CacheGrant.NOTHING) {
      return Optional.empty();
    }
    return lease.map(asked -> {
      int flags = grant.isBreaking() ? CreateContext.Lease.BREAK_IN_PROGRESS : 0;
      return new CreateContext.Lease(
          asked.key(),
          grant.state(),
          flags | asked.flags() & CreateContext.Lease.PARENT_KEY_SET,
          asked
              .second()
              .map(second ->
                  new CreateContext.Lease.Second(second.parentKey(), grant.epoch() & 0xFFFF)));
    });
  }
}
