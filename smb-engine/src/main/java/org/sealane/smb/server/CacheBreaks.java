package org.sealane.smb.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.transport.FramePool;

/**
 * Breaks that a connection has to tell its client: each after the response that told it of the
 * open, and over another channel of the session if this one is gone. No more are kept than there
 * are CREATE requests under way. Owner thread.
 */
final class CacheBreaks {
  private final FramePool pool;
  private final Consumer<Output> outputs;
  private final Consumer<String> disconnect;
  private final List<CacheBreak> early = new ArrayList<>();

  /**
   * @param disconnect ends the connection, with the reason
   */
  CacheBreaks(FramePool pool, Consumer<Output> outputs, Consumer<String> disconnect) {
    this.pool = pool;
    this.outputs = outputs;
    this.disconnect = disconnect;
  }

  /** Tells the client now, or when it knows of the open. */
  void add(CacheBreak broken) {
    if (broken.open().isOutOfTable()) {
      return;
    }
    Session channel = broken.session();
    if (channel.isClosed()) {
      channel.objects().channels().stream()
          .filter(Session::isValid)
          .findFirst()
          .ifPresent(other -> other.tell(broken.on(other)));
    } else if (!broken.open().isAnnounced()) {
      early.add(broken);
    } else {
      send(broken);
    }
  }

  /** A response was sent: what need wait no longer is told. */
  void announced() {
    if (early.isEmpty()) {
      return;
    }
    List<CacheBreak> ready =
        early.stream()
            .filter(broken -> broken.open().isAnnounced() || broken.open().isOutOfTable())
            .toList();
    early.removeAll(ready);
    ready.forEach(this::add);
  }

  private void send(CacheBreak broken) {
    if (!broken.session().isLive()) {
      return;
    }
    try {
      outputs.accept(new Output.Send(BreakFrame.of(broken, pool)));
    } catch (KeyUnavailableException e) {
      disconnect.accept("a break could not be protected: " + e.getMessage());
    }
  }
}
