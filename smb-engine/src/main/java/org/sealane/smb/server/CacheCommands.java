package org.sealane.smb.server;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.io.LeaseBreakAcknowledgment;
import org.sealane.smb.io.LeaseBreakAcknowledgmentCodec;
import org.sealane.smb.io.LeaseBreakResponse;
import org.sealane.smb.io.LeaseBreakResponseCodec;
import org.sealane.smb.io.OplockBreakAcknowledgment;
import org.sealane.smb.io.OplockBreakAcknowledgmentCodec;
import org.sealane.smb.io.OplockBreakResponse;
import org.sealane.smb.io.OplockBreakResponseCodec;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.CacheGrant;
import org.sealane.smb.share.CacheRequest;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * Oplocks and leases: what CREATE asks for, and OPLOCK_BREAK, [MS-SMB2] 3.3.5.9.8, 3.3.5.9.11 and
 * 3.3.5.22. A lease is of one session, so that its client is told of a break wherever its opens
 * are; who uses one key in two sessions has two leases.
 */
final class CacheCommands {
  private final Consumer<CacheBreak> breaks;

  /** Lease.LeaseKey, with what makes it unique. */
  private record LeaseId(SessionObjects session, UUID key) {}

  /** What a CREATE wants to cache. */
  record Wanted(
      Optional<CreateContext.Lease> lease, int caching, Session session, boolean encrypted) {}

  /**
   * @param breaks takes them on any thread
   */
  CacheCommands(Consumer<CacheBreak> breaks) {
    this.breaks = breaks;
  }

  /** Empty if the CREATE wants nothing that there is. */
  Optional<Wanted> wanted(Call call, CreateRequest asked) throws Refusal {
    boolean encrypted = call.exchange().isEncrypted();
    if (asked.requestedOplockLevel() == CreateRequest.OPLOCK_LEVEL_LEASE) {
      List<CreateContext.Lease> leases =
          asked.contexts().stream()
              .filter(CreateContext.Lease.class::isInstance)
              .map(CreateContext.Lease.class::cast)
              .toList();
      if (leases.size() > 1) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
      return leases.stream()
          .findFirst()
          .map(lease -> new Wanted(Optional.of(lease), lease.state(), call.session(), encrypted));
    }
    return OplockLevel.ofCode(asked.requestedOplockLevel())
        .filter(level -> level != OplockLevel.NONE)
        .map(level -> new Wanted(Optional.empty(), level.caching(), call.session(), encrypted));
  }

  /** The lease that the open shall be of. */
  Optional<Object> leaseKey(Call call, Optional<Wanted> wanted) {
    return wanted
        .flatMap(Wanted::lease)
        .map(lease -> new LeaseId(call.session().objects(), lease.key()));
  }

  /** On a worker: asks the share, for an open that nobody knows of yet. */
  OpenCache ask(Open open, Wanted wanted, Optional<Object> leaseKey) throws ShareException {
    CacheGrant grant =
        open.share()
            .cache(
                new CacheRequest(
                    leaseKey,
                    wanted.caching(),
                    wanted
                        .lease()
                        .flatMap(CreateContext.Lease::second)
                        .map(CreateContext.Lease.Second::epoch)
                        .orElse(0),
                    (from, to, epoch, answerWanted) ->
                        breaks.accept(
                            new CacheBreak(
                                wanted.session(),
                                open,
                                wanted.lease().map(CreateContext.Lease::key),
                                from,
                                to,
                                epoch,
                                answerWanted,
                                wanted.encrypted()))));
    return new OpenCache(grant, wanted.lease());
  }

  static Step acknowledge(Call call) throws MalformedMessageException, Refusal {
    MessageReader in = call.request().reader();
    boolean lease =
        in.u16("StructureSize", Smb2Header.LENGTH) == LeaseBreakAcknowledgmentCodec.STRUCTURE_SIZE;
    return lease ? acknowledgeLease(call, in) : acknowledgeOplock(call, in);
  }

  /** [MS-SMB2] 3.3.5.22.1. */
  private static Step acknowledgeOplock(Call call, MessageReader in)
      throws MalformedMessageException, Refusal {
    OplockBreakAcknowledgment asked = OplockBreakAcknowledgmentCodec.decode(in);
    OplockLevel kept =
        OplockLevel.ofCode(asked.level())
            .orElseThrow(() -> new Refusal(NtStatus.INVALID_PARAMETER));
    Open open = call.open(asked.fileId());
    CacheGrant grant = open.cache().grant();
    if (open.cache().lease().isPresent()) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    call.use(open);
    return answer(() -> {
      NtStatus status =
          switch (grant.acknowledge(kept.caching())) {
            case TAKEN -> NtStatus.SUCCESS;
            case NOT_ASKED, TOO_MUCH -> NtStatus.INVALID_OPLOCK_PROTOCOL;
          };
      OplockBreakResponse response = new OplockBreakResponse(asked.level(), asked.fileId());
      return status.equals(NtStatus.SUCCESS)
          ? Response.success(out -> OplockBreakResponseCodec.encode(response, out))
          : Response.error(status);
    });
  }

  /** [MS-SMB2] 3.3.5.22.2. */
  private static Step acknowledgeLease(Call call, MessageReader in)
      throws MalformedMessageException, Refusal {
    LeaseBreakAcknowledgment asked = LeaseBreakAcknowledgmentCodec.decode(in);
    Open open =
        call.session().opens().stream()
            .filter(each ->
                each.cache().lease().filter(its -> its.key().equals(asked.leaseKey())).isPresent())
            .findFirst()
            .orElseThrow(() -> new Refusal(NtStatus.OBJECT_NAME_NOT_FOUND));
    CacheGrant grant = open.cache().grant();
    call.use(open);
    return answer(() -> {
      NtStatus status =
          switch (grant.acknowledge(asked.state())) {
            case TAKEN -> NtStatus.SUCCESS;
            case NOT_ASKED -> NtStatus.UNSUCCESSFUL;
            case TOO_MUCH -> NtStatus.REQUEST_NOT_ACCEPTED;
          };
      LeaseBreakResponse response = new LeaseBreakResponse(asked.leaseKey(), asked.state());
      return status.equals(NtStatus.SUCCESS)
          ? Response.success(out -> LeaseBreakResponseCodec.encode(response, out))
          : Response.error(status);
    });
  }

  private interface Answer {
    Response give();
  }

  /** Never turned away: others wait for it. */
  private static Step answer(Answer answer) {
    return new Step.Run(Operation.certain(() -> new Outcome.Answered(answer.give())));
  }
}
