package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.io.CloseRequest;
import org.sealane.smb.io.CloseRequestCodec;
import org.sealane.smb.io.CloseResponse;
import org.sealane.smb.io.CloseResponseCodec;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.io.CreateRequestCodec;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.FlushRequest;
import org.sealane.smb.io.FlushRequestCodec;
import org.sealane.smb.io.FlushResponse;
import org.sealane.smb.io.FlushResponseCodec;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.server.Dispatcher.Resumption;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CREATE, CLOSE and FLUSH, [MS-SMB2] 3.3.5.9 to 3.3.5.11. Owner thread, but for the operations. */
final class OpenCommands {
  private static final Logger log = LoggerFactory.getLogger(OpenCommands.class);

  /** STATUS_BAD_IMPERSONATION_LEVEL, [MS-ERREF] 2.3.1. */
  private static final NtStatus BAD_IMPERSONATION_LEVEL = new NtStatus(0xC000_00A5);

  private static final int IMPERSONATION_LEVEL_MAX = 3;

  private final ConnectionEnvironment environment;
  private final EventSink events;
  private final Resumption resumption;
  private final DurableCommands durable;
  private final CacheCommands caches;

  OpenCommands(
      ConnectionEnvironment environment,
      EventSink events,
      CacheCommands caches,
      Resumption resumption) {
    this.environment = environment;
    this.caches = caches;
    this.events = events;
    this.resumption = resumption;
    this.durable = new DurableCommands(environment);
  }

  Step create(Call call) throws MalformedMessageException, Refusal {
    CreateRequest asked = CreateRequestCodec.decode(call.request().reader());
    int maximalAccess = call.tree().grant().maximalAccess();
    CreateParameters parameters = named(call, asked, parameters(asked, maximalAccess));
    int grantedAccess = GrantedAccess.of(asked.desiredAccess(), maximalAccess);
    if (grantedAccess == 0
        || parameters.has(CreateOptions.DELETE_ON_CLOSE)
            && (grantedAccess & AccessMask.DELETE) == 0) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    Session session = call.session();
    environment.requireBelow(Limit.OPENS_PER_SESSION, session.openCount(), events);
    Optional<Open> claimed = durable.claimed(call, asked, parameters);
    if (claimed.isEmpty()) {
      environment.requireBelow(Limit.OPENS, environment.globalSessions().opens(), events);
    }
    call.use();
    session.beginOpen();
    call.exchange().forgetRelatedFileId();
    TreeConnect tree = call.tree();
    if (claimed.isPresent()) {
      claimed.get().channelSequence().restart(call.request().header().channelSequence());
      return new Step.Run(Operation.certain(() -> resumed(claimed.get(), tree, asked)));
    }
    long openId = environment.openIds().getAsLong();
    FileId fileId = new FileId(openId, openId);
    Optional<Durability> durability = durable.wanted(call, asked);
    Optional<CacheCommands.Wanted> wanted = caches.wanted(call, asked);
    Optional<Object> leaseKey = caches.leaseKey(call, wanted);
    ShareBackend.Caller caller =
        caller(session.security().orElseThrow().peer(), asked.contexts(), leaseKey);
    return new Step.Run(
        Operation.of(
            0,
            () -> {
              Open open =
                  new Open(
                          fileId,
                          tree,
                          tree.grant().backend().create(parameters, caller),
                          parameters,
                          grantedAccess)
                      .counted(environment.globalSessions());
              return opened(
                  open,
                  asked.contexts(),
                  () -> {
                    if (durability.isPresent()) {
                      durable.grant(open, durability.get());
                    }
                    if (wanted.isPresent()) {
                      open.cache(caches.ask(open, wanted.get(), leaseKey));
                    }
                  });
            }));
  }

  /** What else is settled for an open that was made. */
  @FunctionalInterface
  private interface Settling {
    void settle() throws ShareException;
  }

  /** A node sends a CREATE again under its CreateGuid, to another process of this node, too. */
  private static CreateParameters named(
      Call call, CreateRequest asked, CreateParameters parameters) {
    if (!(call.peer() instanceof Principal.Node)) {
      return parameters;
    }
    return asked.contexts().stream()
        .filter(CreateContext.DurableHandleRequestV2.class::isInstance)
        .map(CreateContext.DurableHandleRequestV2.class::cast)
        .findFirst()
        .map(durable -> parameters.named(durable.createGuid().getMostSignificantBits()))
        .orElse(parameters);
  }

  private static CreateParameters parameters(CreateRequest asked, int maximalAccess)
      throws Refusal {
    if (asked.impersonationLevel() > IMPERSONATION_LEVEL_MAX) {
      throw new Refusal(BAD_IMPERSONATION_LEVEL);
    }
    // [MS-SMB2] 3.3.5.9: a name that starts with a backslash.
    if (asked.name().startsWith("\\") || (asked.shareAccess() & ~CreateParameters.SHARE_ALL) != 0) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    int both = CreateOptions.DIRECTORY_FILE | CreateOptions.NON_DIRECTORY_FILE;
    if ((asked.createOptions() & both) == both) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    try {
      return new CreateParameters(
          SharePath.ofWire(asked.name()),
          narrowed(asked.desiredAccess(), maximalAccess),
          asked.fileAttributes(),
          asked.shareAccess(),
          GrantedAccess.disposition(asked.disposition(), maximalAccess)
              .orElseThrow(() -> new Refusal(NtStatus.ACCESS_DENIED)),
          asked.createOptions());
    } catch (ShareException e) {
      throw new Refusal(e.status());
    }
  }

  /** What the share itself is asked for: it takes MAXIMUM_ALLOWED for all that there is. */
  private static int narrowed(int desiredAccess, int maximalAccess) {
    return (desiredAccess & AccessMask.MAXIMUM_ALLOWED) == 0
            || maximalAccess == AccessMask.FILE_ALL_ACCESS
        ? desiredAccess
        : desiredAccess & ~AccessMask.MAXIMUM_ALLOWED | maximalAccess;
  }

  /** A node may say for whom it asks; a user's client may not. */
  private static ShareBackend.Caller caller(
      Principal peer, List<CreateContext> contexts, Optional<Object> leaseKey) {
    return switch (peer) {
      case Principal.Node node ->
          new ShareBackend.Caller(
              node.name(),
              contexts.stream()
                  .filter(CreateContext.LaneUser.class::isInstance)
                  .map(context -> ((CreateContext.LaneUser) context).name())
                  .findFirst()
                  .orElse(node.name()),
              leaseKey);
      case Principal.User user -> new ShareBackend.Caller("", user.name(), leaseKey);
      case Principal.Server _ -> throw new IllegalStateException("a server is no client");
    };
  }

  /** On a worker: the answer to a CREATE that made {@code open}, which is closed if it fails. */
  private static Outcome opened(Open open, List<CreateContext> contexts, Settling settling)
      throws ShareException {
    try {
      settling.settle();
      for (CreateContext context : contexts) {
        // A directory has nothing to reserve, and its creation does not fail for that.
        if (context instanceof CreateContext.AllocationSize(long bytes)
            && !open.parameters().has(CreateOptions.DIRECTORY_FILE)) {
          open.share().setInformation(new FileChange.Allocation(bytes));
        }
      }
      List<CreateContext> answers =
          new ArrayList<>(DurableCommands.withDurability(answers(contexts, open), open));
      open.cache().answer().ifPresent(answers::add);
      return new Outcome.Opened(open, DurableCommands.response(open, answers));
    } catch (ShareException | RuntimeException e) {
      open.beginClose();
      closeShares(List.of(open), e);
      throw e;
    }
  }

  /** On a worker: as {@link #opened}, for an open that waited for its client. */
  private static Outcome resumed(Open open, TreeConnect tree, CreateRequest asked)
      throws ShareException {
    try {
      List<CreateContext> answers = answers(asked.contexts(), open);
      boolean reconnects =
          asked.contexts().stream()
              .anyMatch(CreateContext.DurableHandleReconnectV2.class::isInstance);
      return DurableCommands.resumed(
          open, tree, reconnects ? answers : DurableCommands.withDurability(answers, open));
    } catch (ShareException | RuntimeException e) {
      open.beginClose();
      closeShares(List.of(open), e);
      throw e;
    }
  }

  private static List<CreateContext> answers(List<CreateContext> contexts, Open open)
      throws ShareException {
    List<CreateContext> answers = new ArrayList<>();
    for (CreateContext context : contexts) {
      if (context instanceof CreateContext.QueryMaximalAccess) {
        answers.add(new CreateContext.MaximalAccess(NtStatus.SUCCESS, AccessMask.FILE_ALL_ACCESS));
      } else if (context instanceof CreateContext.QueryOnDiskId) {
        answers.add(
            new CreateContext.OnDiskId(
                open.share().information().fileId(),
                open.tree().grant().backend().volumeInformation().serialNumber()));
      }
    }
    return answers;
  }

  Step close(Call call) throws MalformedMessageException, Refusal {
    CloseRequest asked = CloseRequestCodec.decode(call.request().reader());
    Open open = call.open(asked.fileId());
    call.use();
    call.session().removeOpen(open);
    if (!open.beginClose()) {
      throw new IllegalStateException("open " + open.id() + " was in the table and closed");
    }
    Operation operation = Operation.certain(() -> closed(open, asked.wantsAttributes()));
    open.uses().whenIdle(() -> resumption.resume(call.exchange(), operation));
    return new Step.Parked();
  }

  /** On a worker. */
  private static Outcome closed(Open open, boolean wantsAttributes) throws ShareException {
    Optional<FileNetworkOpenInformation> file = Optional.empty();
    try {
      if (wantsAttributes) {
        file = Optional.of(FileNetworkOpenInformation.of(open.share().information()));
      }
    } catch (ShareException e) {
      // The file may be gone already; the open must be closed all the same.
      log.debug("no attributes at close file={} status={}", open.id(), e.status());
    }
    open.closeShare();
    CloseResponse response = new CloseResponse(file);
    return new Outcome.Answered(Response.success(out -> CloseResponseCodec.encode(response, out)));
  }

  Step flush(Call call) throws MalformedMessageException, Refusal {
    FlushRequest asked = FlushRequestCodec.decode(call.request().reader());
    Open open = call.open(asked.fileId());
    if (!open.allows(AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    return new Step.Run(
        Operation.of(
            0,
            () -> {
              open.share().flush();
              return new Outcome.Answered(
                  Response.success(out -> FlushResponseCodec.encode(new FlushResponse(), out)));
            }));
  }

  /** On a worker: closes those that nobody else is closing. What fails is logged. */
  static void closeShares(List<Open> opens) {
    for (Open open : opens) {
      if (open.beginClose()) {
        closeLogged(open);
      }
    }
  }

  /** As a crash of this process would: their clients will open them again. What fails is logged. */
  static void abandonShares(List<Open> opens) {
    for (Open open : opens) {
      if (open.beginClose()) {
        try {
          open.abandonShare();
        } catch (ShareException e) {
          log.warn("not closed file={} path={}: {}", open.id(), open.path().wire(), e.getMessage());
        }
      }
    }
  }

  private static void closeShares(List<Open> opens, Exception cause) {
    for (Open open : opens) {
      try {
        open.closeShare();
      } catch (ShareException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** On a worker: closes an open that nobody can be told about. */
  static void closeLogged(Open open) {
    try {
      open.closeShare();
    } catch (ShareException e) {
      log.warn("close failed file={} path={}: {}", open.id(), open.path().wire(), e.getMessage());
    }
  }
}
