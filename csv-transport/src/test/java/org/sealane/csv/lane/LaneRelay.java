package org.sealane.csv.lane;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Someone on the path between two nodes: passes the frames of lanes on, keeps a copy of each, may
 * change them and may add some. One virtual thread for each connection and direction.
 */
final class LaneRelay implements AutoCloseable {
  /** Of the frames of one connection; more than any test here sends. */
  private static final int KEPT_BYTES_MAX = 64 << 20;

  /** The direct TCP transport's prefix, [MS-SMB2] 2.1: a zero byte and the length. */
  private static final int FRAME_BYTES_MAX = 0xFFFFFF;

  enum Direction {
    REQUEST,
    RESPONSE
  }

  /** Sees each frame, without the transport's prefix, before it goes on. */
  @FunctionalInterface
  interface Tap {
    Tap UNCHANGED = (_, _, _, frame) -> frame;

    /**
     * @param index of the frame in its direction of the link, from 0
     * @return what goes on
     */
    byte[] pass(Link link, Direction direction, int index, byte[] frame);
  }

  private volatile InetSocketAddress target;
  private final ServerSocket listener;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private volatile boolean keeping = true;
  private volatile Tap tap = Tap.UNCHANGED;

  LaneRelay(InetSocketAddress target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** From the next frame on, of all links. */
  void tap(Tap next) {
    tap = next;
  }

  /** Keeps no copy of frames from now on: a soak sends more than there is memory. */
  void forget() {
    keeping = false;
  }

  /** New connections go there from now on. */
  void target(InetSocketAddress next) {
    target = next;
  }

  /** Cuts every connection that is there now, with what is on the way. */
  void cut() {
    links.forEach(Link::close);
  }

  /** All connections so far, in the order in which they came. */
  List<Link> links() {
    return new ArrayList<>(links);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = connect(client);
        if (server.isClosed()) {
          continue;
        }
        Link link = new Link(links.size(), client, server);
        links.add(link);
        Thread.ofVirtual().start(() -> link.pump(Direction.REQUEST, client, server));
        Thread.ofVirtual().start(() -> link.pump(Direction.RESPONSE, server, client));
      }
    } catch (IOException closed) {
      links.forEach(Link::close);
    }
  }

  /** To the target; a closed socket if that does not listen, as then the client is let down. */
  private Socket connect(Socket client) throws IOException {
    try {
      return new Socket(target.getAddress(), target.getPort());
    } catch (ConnectException e) {
      client.close();
      Socket none = new Socket();
      none.close();
      return none;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    links.forEach(Link::close);
  }

  /** One connection through the relay. */
  final class Link {
    private final int number;
    private final Socket client;
    private final Socket server;
    private final Map<Direction, List<byte[]>> kept = new EnumMap<>(Direction.class);
    private int keptBytes;

    private Link(int number, Socket client, Socket server) throws IOException {
      this.number = number;
      this.client = client;
      this.server = server;
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      for (Direction direction : Direction.values()) {
        kept.put(direction, new ArrayList<>());
      }
    }

    int number() {
      return number;
    }

    /** What came in so far, as it came in. */
    List<byte[]> frames(Direction direction) {
      synchronized (kept) {
        return new ArrayList<>(kept.get(direction));
      }
    }

    /** Sends a frame to the server as if the client had. */
    void inject(byte[] frame) throws IOException {
      write(server, frame);
    }

    boolean isClosed() {
      return client.isClosed() && server.isClosed();
    }

    private void pump(Direction direction, Socket from, Socket to) {
      try {
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
        for (int index = 0; ; index++) {
          byte[] frame = new byte[in.readInt() & FRAME_BYTES_MAX];
          in.readFully(frame);
          keep(direction, frame);
          write(to, tap.pass(this, direction, index, frame));
        }
      } catch (IOException ended) {
        close();
      }
    }

    private void keep(Direction direction, byte[] frame) throws IOException {
      if (!keeping) {
        return;
      }
      synchronized (kept) {
        keptBytes += frame.length;
        if (keptBytes > KEPT_BYTES_MAX) {
          throw new IOException("more than " + KEPT_BYTES_MAX + " bytes on one connection");
        }
        kept.get(direction).add(frame.clone());
      }
    }

    private void write(Socket to, byte[] frame) throws IOException {
      byte[] prefixed =
          ByteBuffer.allocate(Integer.BYTES + frame.length).putInt(frame.length).put(frame).array();
      synchronized (to) {
        to.getOutputStream().write(prefixed);
      }
    }

    private void close() {
      for (Socket socket : List.of(client, server)) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }
  }
}
