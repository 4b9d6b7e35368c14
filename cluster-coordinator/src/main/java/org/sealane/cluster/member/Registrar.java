package org.sealane.cluster.member;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.LeaseRecord;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.Statement;

/**
 * Makes this node's lease and its entry among the members, in this order: whoever sees the entry
 * finds the lease. An entry of the same name under another session is removed if a dead process of
 * this node made it, and waited out otherwise. Not thread-safe.
 */
final class Registrar {

  /** Who is told how it goes. */
  interface Owner {
    /** A lease write was acknowledged. */
    void leaseWritten(long issuedAt);

    /** The entry is this session's. */
    void registered();

    /** Try again after the usual pause: no answer, or another process has the name. */
    void tryAgain(String why);
  }

  private final MemberIdentity identity;
  private final NodeSigner signer;
  private final Outbox out;
  private final Owner owner;
  private NodeEndpoints endpoints;

  /** What the entry says, or is about to say. */
  private Map<String, Long> ahead = Map.of();

  private boolean outdated;

  Registrar(MemberIdentity identity, NodeSigner signer, Outbox out, Owner owner) {
    this.identity = identity;
    this.signer = signer;
    this.out = out;
    this.owner = owner;
    this.endpoints = identity.endpoints();
  }

  /** What the entry says of the certificate is to be replaced. */
  void certificateRenewed(Instant expires) {
    endpoints = endpoints.renewed(expires);
    outdated = true;
  }

  /**
   * Writes the lease, then the entry.
   *
   * @param newer objects of which this node remembers more than the store has
   */
  void register(MemberId self, Map<String, Long> newer, Now now) {
    ahead = newer;
    outdated = false;
    writeLease(
        self,
        false,
        now,
        result -> {
          if (result instanceof StoreResult.Written) {
            createEntry(self, newer);
          } else {
            owner.tryAgain("the lease could not be written: " + result);
          }
        });
  }

  /** Renews the lease. */
  void renew(MemberId self, Now now, Consumer<StoreResult> then) {
    writeLease(self, false, now, then);
  }

  /** Says that this node leaves in order, and removes its entry. */
  void leave(MemberId self, Now now, Runnable then) {
    writeLease(
        self,
        true,
        now,
        _ ->
            out.submit(
                new StoreRequest.Delete(entryPath(), StoreRequest.ANY_VERSION), _ -> then.run()));
  }

  /** Removes this node's entry and leaves its lease as it is. */
  void removeOwn(Runnable then) {
    out.submit(new StoreRequest.Delete(entryPath(), StoreRequest.ANY_VERSION), _ -> then.run());
  }

  /** Replaces the entry's content where it says what is not so; returns how many writes it made. */
  int report(MemberId self, Map<String, Long> newer, Consumer<StoreResult> then) {
    if (newer.equals(ahead) && !outdated) {
      return 0;
    }
    ahead = newer;
    outdated = false;
    update(self, newer, then);
    return 1;
  }

  private void update(MemberId self, Map<String, Long> ahead, Consumer<StoreResult> then) {
    out.submit(
        new StoreRequest.CompareAndSet(entryPath(), entry(self, ahead), StoreRequest.ANY_VERSION),
        then);
  }

  private void writeLease(MemberId self, boolean released, Now now, Consumer<StoreResult> then) {
    byte[] data = Statement.encode(identity.clusterId(), new LeaseRecord(self, released), signer);
    String path = identity.paths().lease(identity.node());
    long issuedAt = now.bootNanos();
    out.submit(
        new StoreRequest.CompareAndSet(path, data, StoreRequest.ANY_VERSION),
        result -> {
          if (result instanceof StoreResult.NoNode) {
            out.submit(
                new StoreRequest.Create(path, data, StoreRequest.Lifetime.PERSISTENT),
                created -> acknowledged(created, issuedAt, then));
          } else {
            acknowledged(result, issuedAt, then);
          }
        });
  }

  private void acknowledged(StoreResult result, long issuedAt, Consumer<StoreResult> then) {
    if (result instanceof StoreResult.Written) {
      owner.leaseWritten(issuedAt);
    }
    then.accept(result);
  }

  private void createEntry(MemberId self, Map<String, Long> ahead) {
    out.submit(
        new StoreRequest.Create(entryPath(), entry(self, ahead), StoreRequest.Lifetime.EPHEMERAL),
        result -> {
          switch (result) {
            case StoreResult.Done _ -> owner.registered();
            case StoreResult.NodeExists _ -> readEntry(self, ahead);
            case StoreResult.NoNode _,
                StoreResult.BadVersion _,
                StoreResult.Uncertain _,
                StoreResult.SessionExpired _ ->
                owner.tryAgain("the entry could not be made: " + result);
          }
        });
  }

  private void readEntry(MemberId self, Map<String, Long> ahead) {
    out.submit(
        new StoreRequest.Read(entryPath()),
        result -> {
          switch (result) {
            case StoreResult.Value value when value.stat().ephemeralOwner() == self.session() ->
                update(self, ahead, updated -> updated(updated));
            case StoreResult.Value value when isDead(value) -> removeEntry(self, ahead, value);
            case StoreResult.Value _ ->
                owner.tryAgain(
                    "another process is registered as node "
                        + identity.node()
                        + "; its entry is waited out");
            case StoreResult.NoNode _ -> createEntry(self, ahead);
            case StoreResult.Done _,
                StoreResult.NodeExists _,
                StoreResult.BadVersion _,
                StoreResult.Uncertain _,
                StoreResult.SessionExpired _ ->
                owner.tryAgain("the entry could not be read: " + result);
          }
        });
  }

  private void updated(StoreResult result) {
    if (result instanceof StoreResult.Written) {
      owner.registered();
    } else {
      owner.tryAgain("the entry could not be updated: " + result);
    }
  }

  private void removeEntry(MemberId self, Map<String, Long> ahead, StoreResult.Value value) {
    out.submit(
        new StoreRequest.Delete(entryPath(), value.stat().version()),
        result -> {
          if (result instanceof StoreResult.Done || result instanceof StoreResult.NoNode) {
            createEntry(self, ahead);
          } else {
            owner.tryAgain("the entry of a dead process could not be removed: " + result);
          }
        });
  }

  /** Made by this process in an earlier session, or by the one before it: both have ended. */
  private boolean isDead(StoreResult.Value value) {
    try {
      UUID made =
          Registration.decode(
                  value.data(), identity.clusterId(), identity.node(), identity.publicKey())
              .member()
              .incarnation();
      return made.equals(identity.incarnation())
          || identity.predecessor().equals(Optional.of(made));
    } catch (MalformedJsonException e) {
      return false;
    }
  }

  private byte[] entry(MemberId self, Map<String, Long> ahead) {
    return new Registration(self, endpoints, ahead).encode(identity.clusterId(), signer);
  }

  private String entryPath() {
    return identity.paths().node(identity.node());
  }
}
