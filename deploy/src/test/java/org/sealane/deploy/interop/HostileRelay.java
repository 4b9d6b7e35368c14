package org.sealane.deploy.interop;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Stands between one client and a server, and does what a client's own code would not: it keeps the
 * requests, sends them again, and stops reading answers.
 */
final class HostileRelay implements AutoCloseable {
  private static final int RECEIVE_BYTES = 4 << 10;

  private final ServerSocket listener;
  private final Socket server;
  private final List<byte[]> requests = new CopyOnWriteArrayList<>();
  private final List<byte[]> answers = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean stalled;
  private volatile boolean dropped;
  private volatile Socket client;

  HostileRelay(InetSocketAddress target) throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    server = new Socket();
    server.setReceiveBufferSize(RECEIVE_BYTES);
    server.connect(target);
    threads.add(Thread.ofVirtual().start(this::accept));
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  private void accept() {
    try {
      Socket accepted = listener.accept();
      client = accepted;
      threads.add(Thread.ofVirtual().start(() -> copy(server, accepted, answers)));
      copy(accepted, server, requests);
    } catch (IOException _) {
      // Closed before a client came.
      dropped = true;
    }
  }

  private void copy(Socket from, Socket to, List<byte[]> kept) {
    try {
      DataInputStream in = new DataInputStream(from.getInputStream());
      while (true) {
        int length = in.readInt();
        byte[] frame = new byte[Integer.BYTES + length];
        ByteBuffer.wrap(frame).putInt(length);
        in.readFully(frame, Integer.BYTES, length);
        if (frame.length <= FRAMES_KEPT_BYTES) {
          kept.add(frame);
        }
        if (stalled && from == server) {
          closed.await();
        }
        send(to, frame);
      }
    } catch (IOException _) {
      // One end has gone.
      dropped |= from == server;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is longer is payload that no test looks at. */
  private static final int FRAMES_KEPT_BYTES = 64 << 10;

  private static void send(Socket to, byte[] frame) throws IOException {
    synchronized (to) {
      OutputStream out = to.getOutputStream();
      out.write(frame);
      out.flush();
    }
  }

  /** Requests so far, with their length prefix. */
  List<byte[]> requests() {
    return requests;
  }

  /** Answers so far, with their length prefix. */
  List<byte[]> answers() {
    return answers;
  }

  /** Sends the server these bytes as they are, between the client's own frames. */
  void inject(byte[] bytes) throws IOException {
    send(server, bytes);
  }

  /** Reads no answer any more, from the next one on. */
  void stall() {
    stalled = true;
  }

  /** True once the server has ended the connection, as far as that is read. */
  boolean isDropped() {
    return dropped;
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    server.close();
    if (client != null) {
      client.close();
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
