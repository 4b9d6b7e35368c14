package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.io.CreateContext;
import org.sealane.smb.io.CreateRequest;
import org.sealane.smb.io.CreateResponse;
import org.sealane.smb.io.CreateResponseCodec;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;

/**
 * What the durable contexts of a CREATE ask for, [MS-SMB2] 3.3.5.9.10 and 3.3.5.9.12. Owner thread,
 * but for the operations.
 */
final class DurableCommands {
  private final ConnectionEnvironment environment;

  DurableCommands(ConnectionEnvironment environment) {
    this.environment = environment;
  }

  /** The open that a CREATE asks to have again, instead of a new one; empty if it asks for none. */
  Optional<Open> claimed(Call call, CreateRequest asked, CreateParameters parameters)
      throws Refusal {
    Optional<CreateContext.DurableHandleReconnectV2> reconnect =
        only(asked, CreateContext.DurableHandleReconnectV2.class);
    Optional<CreateContext.DurableHandleRequestV2> request =
        only(asked, CreateContext.DurableHandleRequestV2.class);
    if (reconnect.isPresent()) {
      if (request.isPresent()) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
      return Optional.of(reconnected(call, reconnect.get()));
    }
    return request.isPresent() ? replayed(call, parameters, request.get()) : Optional.empty();
  }

  private static <T extends CreateContext> Optional<T> only(CreateRequest asked, Class<T> type)
      throws Refusal {
    List<T> found = asked.contexts().stream().filter(type::isInstance).map(type::cast).toList();
    if (found.size() > 1) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    return found.stream().findFirst();
  }

  private Open reconnected(Call call, CreateContext.DurableHandleReconnectV2 asked) throws Refusal {
    if ((asked.flags() & CreateContext.DURABLE_PERSISTENT) != 0) {
      throw new Refusal(NtStatus.OBJECT_NAME_NOT_FOUND);
    }
    DurableOpens.Claim claim =
        environment
            .durableOpens()
            .claim(
                new Durability.Key(call.clientGuid(), asked.createGuid()),
                Optional.of(asked.fileId()),
                open -> isOn(call, open));
    return switch (claim) {
      case DurableOpens.Claim.Granted(Open open) -> open;
      case DurableOpens.Claim.InUse() -> throw new Refusal(NtStatus.ACCESS_DENIED);
      case DurableOpens.Claim.Missing() -> throw new Refusal(NtStatus.OBJECT_NAME_NOT_FOUND);
    };
  }

  /**
   * A CREATE that was executed and whose answer was lost with the connection left an open that
   * waits; sent again, it gets that one. Without the flag the name is taken.
   */
  private Optional<Open> replayed(
      Call call, CreateParameters parameters, CreateContext.DurableHandleRequestV2 asked)
      throws Refusal {
    Durability.Key key = new Durability.Key(call.clientGuid(), asked.createGuid());
    if (!environment.durableOpens().isKnown(key)) {
      return Optional.empty();
    }
    if (!call.request().header().has(HeaderFlags.REPLAY_OPERATION)) {
      throw new Refusal(NtStatus.DUPLICATE_OBJECTID);
    }
    DurableOpens.Claim claim =
        environment
            .durableOpens()
            .claim(
                key,
                Optional.empty(),
                open -> isOn(call, open) && open.parameters().equals(parameters));
    return switch (claim) {
      case DurableOpens.Claim.Granted(Open open) -> Optional.of(open);
      case DurableOpens.Claim.InUse(), DurableOpens.Claim.Missing() ->
          throw new Refusal(NtStatus.DUPLICATE_OBJECTID);
    };
  }

  /** The same node or user, the same tree, and still the same share behind it. */
  private static boolean isOn(Call call, Open open) {
    ShareResolver.Granted grant = call.tree().grant();
    return open.durability().orElseThrow().belongsTo(call.peer(), grant.name())
        && open.tree().grant().backend() == grant.backend();
  }

  /** On a worker: the answer to a CREATE that got {@code open} again. */
  static Outcome resumed(Open open, TreeConnect tree, List<CreateContext> answers)
      throws ShareException {
    open.tree(tree);
    return new Outcome.Opened(open, response(open, answers));
  }

  /** On a worker: the response that describes {@code open}. */
  static Response response(Open open, List<CreateContext> answers) throws ShareException {
    ShareOpen share = open.share();
    CreateResponse response =
        new CreateResponse(
            open.cache().oplockLevel(),
            0,
            share.action(),
            FileNetworkOpenInformation.of(share.information()),
            open.id(),
            answers);
    return Response.success(out -> CreateResponseCodec.encode(response, out));
  }

  /** What a CREATE that wants a durable open gets; empty if it wants none, or none are made. */
  Optional<Durability> wanted(Call call, CreateRequest asked) {
    if (!environment.durableOpens().isEnabled()) {
      return Optional.empty();
    }
    return asked.contexts().stream()
        .filter(CreateContext.DurableHandleRequestV2.class::isInstance)
        .map(CreateContext.DurableHandleRequestV2.class::cast)
        .findFirst()
        .map(request ->
            new Durability(
                call.peer(),
                call.clientGuid(),
                request.createGuid(),
                call.tree().grant().name(),
                waitMillis(request.timeoutMillis())));
  }

  private long waitMillis(long askedMillis) {
    long most = environment.limit(Limit.DURABLE_MILLIS);
    return askedMillis == 0 ? most : Math.min(askedMillis, most);
  }

  /** On a worker, for an open that is in no table yet: makes it durable. */
  void grant(Open open, Durability durability) throws ShareException {
    DurableOpens opens = environment.durableOpens();
    open.durable(durability, () -> opens.remove(open));
    if (!opens.add(open)) {
      throw new ShareException(
          NtStatus.DUPLICATE_OBJECTID, "CreateGuid " + durability.createGuid() + " is taken");
    }
  }

  /** Appends the answer to DH2Q, [MS-SMB2] 2.2.14.2.12. */
  static List<CreateContext> withDurability(List<CreateContext> answers, Open open) {
    if (open.durability().isEmpty()) {
      return answers;
    }
    List<CreateContext> all = new ArrayList<>(answers);
    all.add(new CreateContext.DurableHandleResponseV2(open.durability().get().waitMillis(), 0));
    return all;
  }
}
