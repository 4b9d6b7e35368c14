package org.sealane.deploy.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Picks ports on loopback: the ones that documents name where they are free, the next free ones
 * where not. A port can be taken between the choice and its use; the process then says so.
 */
final class Ports {
  /** How far above the wanted port is looked before any free port is taken. */
  private static final int SPAN = 200;

  private final Set<Integer> given = new HashSet<>();

  /** A free port, {@code wanted} if it is. None is given twice. */
  int pick(int wanted) throws IOException {
    for (int port = wanted; port < wanted + SPAN; port += 10) {
      if (!given.contains(port) && isFree(port)) {
        given.add(port);
        return port;
      }
    }
    int port;
    do {
      port = anyFree();
    } while (!given.add(port));
    return port;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException _) {
      // In use, or not ours to use: either way not free.
      return false;
    }
  }

  private static int anyFree() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
