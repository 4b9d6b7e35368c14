package org.sealane.smb.interop;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands between a client and a server on loopback, and changes one bit of one frame of each
 * connection. It keeps what the connection carried before.
 */
public final class TamperingRelay implements AutoCloseable {

  /** Which way a frame goes. */
  public enum Direction {
    REQUEST,
    RESPONSE
  }

  /**
   * What is changed.
   *
   * @param frame counted from 0 in each direction
   * @param offset of the byte whose lowest bit is flipped
   */
  public record Change(Direction direction, int frame, int offset) {}

  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final Thread accepting;
  private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final List<Integer> requestBytes = Collections.synchronizedList(new ArrayList<>());
  private final List<Integer> responseBytes = Collections.synchronizedList(new ArrayList<>());
  private final AtomicBoolean changed = new AtomicBoolean();
  private volatile Change change = new Change(Direction.REQUEST, -1, 0);

  public TamperingRelay(InetSocketAddress server) throws IOException {
    this.server = server;
    this.listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    this.accepting = Thread.ofPlatform().name("tampering-relay").start(this::accept);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  /** Changes this from the next connection on. */
  public void change(Change next) {
    change = next;
    changed.set(false);
  }

  /** True if a connection came to the byte that is to be changed. */
  public boolean hasChanged() {
    return changed.get();
  }

  /** Lengths of the frames of all connections so far. */
  public List<Integer> frameBytes(Direction direction) {
    return List.copyOf(direction == Direction.REQUEST ? requestBytes : responseBytes);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket peer = new Socket(server.getAddress(), server.getPort());
        sockets.addAll(List.of(client, peer));
        Change now = change;
        copy(client, peer, Direction.REQUEST, now);
        copy(peer, client, Direction.RESPONSE, now);
      } catch (IOException _) {
        // Closed, or a client that has gone again.
        continue;
      }
    }
  }

  private void copy(Socket from, Socket to, Direction direction, Change now) {
    threads.add(
        Thread.ofVirtual()
            .start(() -> {
              try (from;
                  to) {
                frames(from, to, direction, now);
              } catch (IOException _) {
                // One end has gone, and so does the other.
                return;
              }
            }));
  }

  private void frames(Socket from, Socket to, Direction direction, Change now) throws IOException {
    DataInputStream in = new DataInputStream(from.getInputStream());
    DataOutputStream out = new DataOutputStream(to.getOutputStream());
    for (int number = 0; ; number++) {
      int length;
      try {
        length = in.readInt();
      } catch (EOFException _) {
        return;
      }
      byte[] frame = in.readNBytes(length);
      (direction == Direction.REQUEST ? requestBytes : responseBytes).add(length);
      if (now.direction() == direction && now.frame() == number && now.offset() < length) {
        frame[now.offset()] ^= 1;
        changed.set(true);
      }
      byte[] whole = new byte[Integer.BYTES + length];
      java.nio.ByteBuffer.wrap(whole).putInt(length).put(frame);
      out.write(whole);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : List.copyOf(sockets)) {
      socket.close();
    }
    try {
      accepting.join();
      for (Thread thread : List.copyOf(threads)) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
