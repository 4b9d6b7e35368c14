package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.hierynomus.mssmb2.SMB2Dialect;
import com.hierynomus.protocol.transport.TransportException;
import com.hierynomus.smbj.SmbConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.interop.ClientFixture;
import org.sealane.smb.interop.TamperingRelay;
import org.sealane.smb.interop.TamperingRelay.Change;
import org.sealane.smb.interop.TamperingRelay.Direction;
import org.sealane.smb.server.ServerEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody in the path changes a bit of how smbj, a client that no one here wrote, and our server
 * begin an SMB 3.1.1 connection: bytes that the session's keys depend on, one after the other. What
 * the client checks is its own matter, so it is the server that has to notice.
 */
@Timeout(600)
class TamperedClientsIT {
  /** NEGOTIATE and both SESSION_SETUPs. */
  private static final int REQUESTS = 3;

  /** The last SESSION_SETUP's answer is signed with the keys, and for the client to verify. */
  private static final int RESPONSES = 2;

  private static final Logger LOG = LoggerFactory.getLogger(TamperedClientsIT.class);

  /** Of the tokens in SESSION_SETUP, which have checks of their own, every byte on demand. */
  private static final int TOKEN_STRIDE =
      "all".equals(System.getProperty("sealane.tamper")) ? 1 : 5;

  /** Many, as most of the time is spent on what smbj waits for in vain. */
  private static final int WORKERS = 16;

  private static final long TIMEOUT_SECONDS = 2;
  private static final int ATTEMPTS = 10;

  @TempDir private Path directory;

  private final Queue<Change> noticed = new ConcurrentLinkedQueue<>();
  private final Queue<Change> overlooked = new ConcurrentLinkedQueue<>();

  @Test
  void shouldGiveNoSessionWhateverByteIsChanged() throws Exception {
    try (ClientFixture fixture = new ClientFixture(directory, UnaryOperator.identity())) {
      InetSocketAddress server = fixture.server.addresses().getFirst();
      List<Change> changes = changes(server);
      Queue<Change> waiting = new ConcurrentLinkedQueue<>(changes);
      try (ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
          running.add(
              workers.submit(() -> {
                tamper(server, waiting);
                return null;
              }));
        }
        for (Future<?> run : running) {
          run.get();
        }
      }

      assertThat(overlooked).as("changes with which the share was opened").isEmpty();
      assertThat(noticed).hasSize(changes.size());
      // Where both sides go on with what they saw, the first signed message does not verify.
      assertThat(fixture.events(ServerEvent.TamperingSuspected.class))
          .extracting(ServerEvent.TamperingSuspected::evidence)
          .contains("first signed message does not fit the session's keys")
          .hasSizeGreaterThan(64);
      assertThat(opens(server, 60)).as("untouched, it opens").isTrue();
    }
  }

  /** The bytes of what one untouched connection sends and gets before its keys are used. */
  private static List<Change> changes(InetSocketAddress server) throws IOException {
    List<Change> changes = new ArrayList<>();
    try (TamperingRelay relay = new TamperingRelay(server)) {
      assertThat(opens(relay.address(), 60)).as("through the relay, it opens").isTrue();
      for (Direction direction : Direction.values()) {
        int frames = direction == Direction.REQUEST ? REQUESTS : RESPONSES;
        List<Integer> lengths = relay.frameBytes(direction);
        for (int frame = 0; frame < frames; frame++) {
          for (int offset = 0;
              offset < lengths.get(frame);
              offset += frame == 0 ? 1 : TOKEN_STRIDE) {
            changes.add(new Change(direction, frame, offset));
          }
        }
      }
    }
    return changes;
  }

  private void tamper(InetSocketAddress server, Queue<Change> waiting) throws IOException {
    try (TamperingRelay relay = new TamperingRelay(server)) {
      for (Change change = waiting.poll(); change != null; change = waiting.poll()) {
        relay.change(change);
        boolean opened = false;
        // On a machine that is too busy, a connection may end before the byte was sent.
        for (int i = 0; i < ATTEMPTS && !relay.hasChanged(); i++) {
          opened = opens(relay.address(), TIMEOUT_SECONDS);
        }
        (opened || !relay.hasChanged() ? overlooked : noticed).add(change);
      }
    }
  }

  /** True if smbj gets as far as an open share. */
  private static boolean opens(InetSocketAddress server, long timeoutSeconds) throws IOException {
    SmbConfig config = SmbjClient.config(SMB2Dialect.SMB_3_1_1, false, timeoutSeconds);
    try (SmbjClient client = SmbjClient.connect(config, server, "anna", "secret", "files")) {
      return client.share().folderExists("");
    } catch (RuntimeException | TransportException e) {
      // What is wanted of a connection that was tampered with: refused, dropped or given up, in
      // whatever words smbj has for what it could not read.
      LOG.trace("not opened", e);
      return false;
    }
  }
}
