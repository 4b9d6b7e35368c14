package org.sealane.deploy.node;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.audit.AuditLog;
import org.sealane.cluster.audit.AuditThrottle;
import org.sealane.cluster.audit.AuditThrottle.Limits;
import org.sealane.smb.client.ClientEvent;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.lane.LaneEvent;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.server.EventSink;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the engine tells to the audit log. Any thread may tell, and none waits: events go
 * through a bounded queue to one thread of the trail, {@code audit-trail}, which records them. What
 * a peer can cause is counted beyond a limit, and the count recorded.
 */
final class AuditTrail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);

  /** Events on their way; more are counted as lost. */
  static final int QUEUE_MAX = 1024;

  /** How long a count of suppressed events lasts. */
  static final Duration WINDOW = Duration.ofMinutes(10);

  /**
   * What peers cause: at about 400 bytes a record, a flood of all kinds takes days to push older
   * records out of the log.
   */
  static final Limits PEERS = new Limits(16, 64);

  /** What this node's own lanes do, for as many volumes as a node may have. */
  static final Limits LANES = new Limits(256, 2048);

  /** What users open: the first files of each on each volume, then a count. */
  static final Limits FILES = new Limits(128, 2048);

  private static final Duration DRAIN_PERIOD = Duration.ofMillis(100);
  private static final int CLOSE_SECONDS_MAX = 5;

  /** Whose peers a server's events are about. */
  private enum Listener {
    LANES,
    USERS
  }

  private record Told(AuditEvent event, String source, Limits limits) {}

  private final AuditLog log;
  private final LongSupplier nanoClock;
  private final AuditThrottle throttle;
  private final ArrayBlockingQueue<Told> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final AtomicLong overflow = new AtomicLong();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("audit-trail").factory());

  private AuditTrail(AuditLog log, LongSupplier nanoClock) {
    this.log = log;
    this.nanoClock = nanoClock;
    this.throttle = new AuditThrottle(WINDOW, nanoClock.getAsLong());
  }

  /**
   * @param log stays the caller's, closed after the trail
   * @param nanoClock as {@link System#nanoTime}
   */
  static AuditTrail start(AuditLog log, LongSupplier nanoClock) {
    AuditTrail trail = new AuditTrail(log, nanoClock);
    trail.thread.scheduleWithFixedDelay(
        trail::drain, DRAIN_PERIOD.toMillis(), DRAIN_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return trail;
  }

  /** Hears the lane listener. */
  EventSink lanes() {
    return event -> server(Listener.LANES, event);
  }

  /** Hears the users' listener. */
  EventSink users() {
    return event -> server(Listener.USERS, event);
  }

  /** Hears the client side of this node's lanes. */
  ClientListener clients() {
    return new ClientListener() {
      @Override
      public void onEvent(ClientEvent event) {
        client(event);
      }
    };
  }

  private void server(Listener listener, ServerEvent event) {
    LOG.info("listener={} event={} windows={}", listener, event, event.windowsId());
    Map<String, String> more = new TreeMap<>();
    AuditKind kind =
        switch (event) {
          case ServerEvent.Smb1Refused _ -> AuditKind.SMB1_REFUSED;
          case ServerEvent.TamperingSuspected suspected -> {
            more.put("evidence", suspected.evidence());
            yield AuditKind.NEGOTIATION_TAMPERED;
          }
          case ServerEvent.WeakRequestRefused weak -> {
            more.put("principal", weak.principal());
            more.put("tree", weak.tree());
            more.put("level", weak.level().word());
            yield AuditKind.LEVEL_REFUSED;
          }
          case ServerEvent.UnencryptedAccess access -> {
            more.put("principal", access.principal());
            more.put("tree", access.tree());
            more.put("dialect", access.dialect());
            yield access.refused() ? AuditKind.LEVEL_REFUSED : AuditKind.UNENCRYPTED_ADMITTED;
          }
          case ServerEvent.AuthenticationRefused refused -> {
            more.put("reason", refused.reason());
            yield listener == Listener.LANES ? AuditKind.NODE_REFUSED : AuditKind.LOGON_REFUSED;
          }
          case ServerEvent.SessionEstablished session -> {
            more.put("principal", session.principal());
            yield listener == Listener.LANES
                ? AuditKind.LANE_ACCEPTED
                : AuditKind.USER_SESSION_OPENED;
          }
          case ServerEvent.TreeRefused refused -> {
            more.put("principal", refused.principal());
            more.put("tree", refused.path());
            more.put("status", refused.status().toString());
            more.put("reason", refused.reason());
            yield AuditKind.TREE_REFUSED;
          }
          case ServerEvent.ProtocolViolation violation -> {
            more.put("what", violation.what());
            yield AuditKind.PROTOCOL_VIOLATED;
          }
          case ServerEvent.LimitReached reached -> {
            more.put("limit", reached.limit());
            more.put("value", Long.toString(reached.value()));
            yield AuditKind.LIMIT_REACHED;
          }
        };
    more.put("listener", listener == Listener.LANES ? "lane" : "smb");
    connection(kind, event.connectionId(), event.peer(), more, limits(kind));
  }

  /** A lane that was accepted has proven that it is a node's; all else anyone can cause. */
  private static Limits limits(AuditKind kind) {
    return kind == AuditKind.LANE_ACCEPTED ? LANES : PEERS;
  }

  private void client(ClientEvent event) {
    Map<String, String> more = new TreeMap<>();
    AuditKind kind =
        switch (event) {
          case ClientEvent.TamperingSuspected suspected -> {
            more.put("evidence", suspected.evidence());
            yield AuditKind.NEGOTIATION_TAMPERED;
          }
          case ClientEvent.WeakResponseRefused weak -> {
            more.put("command", weak.command().toString());
            more.put("required", weak.required().word());
            more.put("level", weak.actual().word());
            yield AuditKind.LEVEL_REFUSED;
          }
          case ClientEvent.ProtocolViolation violation -> {
            more.put("what", violation.what());
            yield AuditKind.PROTOCOL_VIOLATED;
          }
          case ClientEvent.AuthenticationFailed failed -> {
            more.put("reason", failed.reason());
            yield AuditKind.NODE_REFUSED;
          }
        };
    more.put("listener", "none: this node is the client");
    connection(kind, event.connectionId(), event.peer(), more, PEERS);
  }

  private void connection(
      AuditKind kind,
      long connectionId,
      InetSocketAddress peer,
      Map<String, String> more,
      Limits limits) {
    more.put("connection", Long.toString(connectionId));
    more.put("peer", peer.getHostString() + ":" + peer.getPort());
    more.replaceAll((_, value) -> String.valueOf(value));
    tell(new Told(new AuditEvent(kind, more), peer.getHostString(), limits));
  }

  /** Hears what happens to this node's lanes. */
  void lane(LaneEvent event) {
    LaneKey key = event.key();
    Map<String, String> more = new TreeMap<>();
    more.put("peer", key.peer());
    more.put("volume", key.volume().toString());
    more.put("kind", key.kind().word());
    AuditKind kind =
        switch (event) {
          case LaneEvent.Opened opened -> {
            facts(opened.facts(), more);
            yield AuditKind.LANE_OPENED;
          }
          case LaneEvent.Moved moved -> {
            facts(moved.facts(), more);
            more.put("cause", moved.cause().word());
            more.put("pauseMicros", Long.toString(moved.pause().toNanos() / 1000));
            yield AuditKind.LANE_MOVED;
          }
          case LaneEvent.Failed failed -> {
            more.put("reason", failed.reason());
            yield AuditKind.LANE_FAILED;
          }
          case LaneEvent.FellBack back -> {
            more.put("transport", back.transport());
            more.put("reason", back.reason());
            yield AuditKind.LANE_FELL_BACK;
          }
        };
    Limits limits = kind == AuditKind.LANE_FAILED ? PEERS : LANES;
    tell(new Told(new AuditEvent(kind, more), key.peer(), limits));
  }

  /** Hears which user opened what of a volume that this node owns, through which node. */
  void opened(UUID volume, CreateParameters what, ShareBackend.Caller caller) {
    Map<String, String> more = new TreeMap<>();
    more.put("user", caller.user());
    more.put("node", caller.node());
    more.put("volume", volume.toString());
    more.put("path", what.path().wire());
    more.put("access", "0x%08x".formatted(what.desiredAccess()));
    tell(
        new Told(new AuditEvent(AuditKind.FILE_OPENED, more), caller.user() + " " + volume, FILES));
  }

  private static void facts(LaneEvent.Facts facts, Map<String, String> more) {
    more.put("transport", facts.transport());
    more.put("cipher", facts.cipher().word());
    more.put("signing", facts.signing().word());
    more.put("level", facts.level().word());
    more.put("epoch", Long.toString(facts.epoch()));
  }

  private void tell(Told told) {
    if (!queue.offer(told)) {
      overflow.incrementAndGet();
    }
  }

  /** On the trail's thread only. */
  private void drain() {
    try {
      List<Told> all = new ArrayList<>();
      queue.drainTo(all);
      for (Told told : all) {
        if (throttle.passes(told.event().kind(), told.source(), told.limits())) {
          log.record(told.event());
        }
      }
      long lost = overflow.getAndSet(0);
      if (lost > 0) {
        log.record(lost(lost));
      }
      throttle.tick(nanoClock.getAsLong()).forEach(log::record);
    } catch (RuntimeException e) {
      // The executor would never run it again, and silently.
      LOG.error("audit events not recorded by a fault", e);
    }
  }

  private static AuditEvent lost(long count) {
    return new AuditEvent(
        AuditKind.EVENTS_SUPPRESSED, Map.of("kind", "any", "count", Long.toString(count)));
  }

  /** Records what was told before. Idempotent. */
  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    thread.execute(() -> {
      drain();
      throttle.end().forEach(log::record);
    });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("the last audit events are not recorded");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
