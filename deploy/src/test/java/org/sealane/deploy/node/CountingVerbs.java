package org.sealane.deploy.node;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.CompletionQueue;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.ConnectRequest;
import org.sealane.rdma.verbs.DeviceAttributes;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.MemoryWindow;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;

/**
 * A device that counts what registers memory or makes windows: calls into the kernel on real ones.
 */
final class CountingVerbs implements Verbs {
  private final Verbs device;
  private final AtomicLong registrations;

  CountingVerbs(Verbs device, AtomicLong registrations) {
    this.device = device;
    this.registrations = registrations;
  }

  @Override
  public String provider() {
    return device.provider();
  }

  @Override
  public DeviceAttributes attributes() {
    return device.attributes();
  }

  @Override
  public MemoryRegion register(long lengthBytes, Set<Access> access) throws VerbsException {
    registrations.incrementAndGet();
    return device.register(lengthBytes, access);
  }

  @Override
  public MemoryRegion register(Slice part, Set<Access> access) throws VerbsException {
    registrations.incrementAndGet();
    return device.register(part, access);
  }

  @Override
  public MemoryWindow allocateWindow() throws VerbsException {
    registrations.incrementAndGet();
    return device.allocateWindow();
  }

  @Override
  public CompletionQueue createCompletionQueue(int entries) throws VerbsException {
    return device.createCompletionQueue(entries);
  }

  @Override
  public CompletionStage<QueuePair> connect(
      InetSocketAddress address,
      QueuePairSettings settings,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout) {
    return device.connect(address, settings, offer, listener, timeout);
  }

  @Override
  public Listener listen(InetSocketAddress address, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException {
    return device.listen(address, backlog, requests);
  }

  @Override
  public void close() {
    device.close();
  }
}
