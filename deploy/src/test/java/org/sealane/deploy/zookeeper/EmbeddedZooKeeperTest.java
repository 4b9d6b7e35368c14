package org.sealane.deploy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedZooKeeperTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Test
  void shouldKeepWhatWasWrittenWhenRestarted(@TempDir Path directory) throws Exception {
    byte[] written = "kept".getBytes(StandardCharsets.UTF_8);
    try (EmbeddedZooKeeper first = EmbeddedZooKeeper.start(directory, ANY_PORT)) {
      String made =
          ask(
              first,
              client ->
                  client.create(
                      "/sealane", written, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      assertThat(made).isEqualTo("/sealane");
    }

    try (EmbeddedZooKeeper second = EmbeddedZooKeeper.start(directory, ANY_PORT)) {
      byte[] found = ask(second, client -> client.getData("/sealane", false, null));
      assertThat(found).isEqualTo(written);
    }
  }

  @Test
  void shouldGrantShortSessionsWhenTheyAreAskedFor(@TempDir Path directory) throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, ANY_PORT)) {
      int timeoutMillis = ask(server, ZooKeeper::getSessionTimeout);
      assertThat(timeoutMillis).isEqualTo(2000);
    }
  }

  @Test
  void shouldNameTheAddressWhenItIsTaken(@TempDir Path one, @TempDir Path two) throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(one, ANY_PORT)) {
      InetSocketAddress taken = server.address();

      assertThatThrownBy(() -> EmbeddedZooKeeper.start(two, taken))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(String.valueOf(taken.getPort()));
    }
  }

  @Test
  void shouldEndTheWaitWhenClosed(@TempDir Path directory) throws Exception {
    EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, ANY_PORT);
    server.close();
    server.close();

    assertThat(server.awaitEnd()).isTrue();
  }

  private interface Question<T> {
    T of(ZooKeeper client) throws Exception;
  }

  private static <T> T ask(EmbeddedZooKeeper server, Question<T> question) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper client =
        new ZooKeeper(
            "127.0.0.1:" + server.address().getPort(),
            2000,
            event -> {
              if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
              }
            });
    try {
      assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
      return question.of(client);
    } finally {
      client.close();
    }
  }
}
