package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealane.smb.io.FileId;
import org.sealane.smb.negotiate.NegotiatedConnection;

/**
 * What all channels of one session share, [MS-SMB2] 3.3.1.8: trees, opens, and which channels there
 * are. All its channels' connections run on one thread, which alone comes here.
 */
final class SessionObjects {
  private final Map<Integer, TreeConnect> trees = new HashMap<>();
  private final Map<Long, Open> opens = new HashMap<>();
  private final UseCount uses = new UseCount();
  private final List<Session> channels = new ArrayList<>(1);

  /** MessageIds that bindings signed with the session's key, where each is a nonce. */
  private final Set<Long> boundMessageIds = new HashSet<>();

  private Optional<Established> established = Optional.empty();
  private long authenticatedNanos;
  private int nextTreeId = 1;
  private int treesBeingMade;
  private int opensBeingMade;

  /**
   * What the first authentication settled.
   *
   * @param security holds Session.SigningKey and the cipher keys
   * @param connection that it came on
   * @param messageId of its last request
   */
  record Established(SessionSecurity security, NegotiatedConnection connection, long messageId) {}

  Optional<Established> established() {
    return established;
  }

  void established(Established first) {
    established = Optional.of(first);
  }

  /** Channels in any state. */
  List<Session> channels() {
    return List.copyOf(channels);
  }

  int channelCount() {
    return channels.size();
  }

  void addChannel(Session channel) {
    channels.add(channel);
  }

  void removeChannel(Session channel) {
    channels.remove(channel);
  }

  /** True while the session has a channel; it may have expired. */
  boolean isLive() {
    return channels.stream().anyMatch(Session::isLive);
  }

  boolean isExpired() {
    return channels.stream().anyMatch(Session::isExpired);
  }

  /** When the user was authenticated last; not by binding. */
  long authenticatedNanos() {
    return authenticatedNanos;
  }

  /** The user was authenticated: what has expired is served again on all channels. */
  void authenticatedAt(long nowNanos) {
    authenticatedNanos = nowNanos;
    for (Session channel : channels) {
      if (channel.state() instanceof Session.State.Expired(SessionSecurity security)) {
        channel.state(new Session.State.Valid(security));
      }
    }
  }

  /**
   * True if a binding's request of that MessageId, signed with the session's key, repeats no nonce
   * of a request before it: not of another binding, and not of what followed the session's own
   * authentication.
   */
  boolean takeBoundMessageId(long messageId) {
    return messageId <= established.orElseThrow().messageId() && boundMessageIds.add(messageId);
  }

  UseCount uses() {
    return uses;
  }

  Optional<TreeConnect> tree(int treeId) {
    return Optional.ofNullable(trees.get(treeId)).filter(TreeConnect::isConnected);
  }

  Collection<TreeConnect> trees() {
    return trees.values();
  }

  TreeConnect connectTree(ShareResolver.Granted grant) {
    TreeConnect tree = new TreeConnect(nextTreeId++, grant);
    trees.put(tree.id(), tree);
    return tree;
  }

  int treesBeingMade() {
    return treesBeingMade;
  }

  void beginTree() {
    treesBeingMade++;
  }

  void endTree() {
    treesBeingMade--;
  }

  void removeTree(TreeConnect tree) {
    trees.remove(tree.id());
  }

  Optional<Open> open(FileId fileId, TreeConnect tree) {
    return Optional.ofNullable(opens.get(fileId.volatileId()))
        .filter(open -> open.id().equals(fileId) && open.tree() == tree);
  }

  int openCount() {
    return opens.size() + opensBeingMade;
  }

  void beginOpen() {
    opensBeingMade++;
  }

  void cancelOpen() {
    opensBeingMade--;
  }

  void completeOpen(Open open) {
    opensBeingMade--;
    opens.put(open.id().volatileId(), open);
    open.tree().openCount().incrementAndGet();
  }

  void removeOpen(Open open) {
    if (opens.remove(open.id().volatileId()) != null) {
      open.outOfTable();
      open.tree().openCount().decrementAndGet();
    }
  }

  List<Open> opensOf(TreeConnect tree) {
    return opens.values().stream().filter(open -> open.tree() == tree).toList();
  }

  List<Open> opens() {
    return List.copyOf(opens.values());
  }
}
