package org.sealane.rdma.rdmacore;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.sealane.rdma.disni.DisniExtensions;
import org.sealane.rdma.disni.ErrnoException;
import org.sealane.rdma.verbs.DeviceAttributes;

/** What DiSNI's interface lacks, over the same libraries. */
final class CoreExtensions implements DisniExtensions {
  static final int MW_TYPE_2 = 2;

  private static final int PORT_ACTIVE = 4;
  private static final int CAP_MW_TYPE_2A = 1 << 23;
  private static final int CAP_MW_TYPE_2B = 1 << 24;
  private static final int PATH_BYTES_MAX = 256;

  private final NativeCalls calls;
  private final CoreCm cm;
  private final CoreVerbs verbs;

  CoreExtensions(NativeCalls calls, CoreCm cm, CoreVerbs verbs) {
    this.calls = calls;
    this.cm = cm;
    this.verbs = verbs;
  }

  @Override
  public Devices openDevices() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(Integer.BYTES, Integer.BYTES);
      MemorySegment list = calls.create("rdma_get_devices", count);
      Opened opened = new Opened(list);
      try {
        int devices = count.get(Layouts.INT, 0);
        MemorySegment entries = list.reinterpret((long) devices * Long.BYTES);
        for (int i = 0; i < devices; i++) {
          opened.add(Layouts.pointer(entries, (long) i * Long.BYTES, Layouts.Context.BYTES), arena);
        }
        return opened;
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
    }
  }

  /** librdmacm's own contexts, which its ids use too: a domain is only good for ids of its own. */
  private final class Opened implements Devices {
    private final MemorySegment list;
    private final List<Device> devices = new ArrayList<>();
    private boolean closed;

    Opened(MemorySegment list) {
      this.list = list;
    }

    void add(MemorySegment context, Arena arena) throws IOException {
      MemorySegment device = Layouts.pointer(context, Layouts.Context.DEVICE, 0);
      String name =
          calls.create("ibv_get_device_name", device).reinterpret(PATH_BYTES_MAX).getString(0);
      MemorySegment attr = arena.allocate(Layouts.DeviceAttr.BYTES, Long.BYTES);
      calls.callForErrno("ibv_query_device", context, attr);
      int ports = Byte.toUnsignedInt(attr.get(Layouts.BYTE, Layouts.DeviceAttr.PHYS_PORT_CNT));
      MemorySegment port = arena.allocate(Layouts.PortAttr.BYTES, Long.BYTES);
      boolean active = false;
      long messageBytesMax = 0;
      for (int number = 1; number <= ports && !active; number++) {
        calls.callForErrno("ibv_query_port", context, number, port);
        active = port.get(Layouts.INT, Layouts.PortAttr.STATE) == PORT_ACTIVE;
        messageBytesMax =
            Integer.toUnsignedLong(port.get(Layouts.INT, Layouts.PortAttr.MAX_MSG_SZ));
      }
      DeviceFiles files = new DeviceFiles(name);
      devices.add(
          new Device(
              new CoreObjects.Context(context),
              attributes(name, files.isVirtual(), messageBytesMax, attr),
              active,
              files.addresses()));
    }

    @Override
    public List<Device> devices() {
      return List.copyOf(devices);
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        calls.run("rdma_free_devices", list);
      }
    }
  }

  private static DeviceAttributes attributes(
      String name, boolean emulated, long messageBytesMax, MemorySegment attr) {
    int windowsMax = number(attr, Layouts.DeviceAttr.MAX_MW);
    boolean windows =
        windowsMax > 0
            && (attr.get(Layouts.INT, Layouts.DeviceAttr.DEVICE_CAP_FLAGS)
                    & (CAP_MW_TYPE_2A | CAP_MW_TYPE_2B))
                != 0;
    // Lengths of regions are an int in DiSNI's interface.
    long regionBytesMax = attr.get(Layouts.LONG, Layouts.DeviceAttr.MAX_MR_SIZE);
    return new DeviceAttributes(
        name,
        emulated,
        messageBytesMax,
        regionBytesMax < 0 ? Integer.MAX_VALUE : Math.min(Integer.MAX_VALUE, regionBytesMax),
        number(attr, Layouts.DeviceAttr.MAX_MR),
        number(attr, Layouts.DeviceAttr.MAX_QP),
        number(attr, Layouts.DeviceAttr.MAX_QP_WR),
        number(attr, Layouts.DeviceAttr.MAX_CQE),
        number(attr, Layouts.DeviceAttr.MAX_QP_INIT_RD_ATOM),
        number(attr, Layouts.DeviceAttr.MAX_QP_RD_ATOM),
        windows,
        windows ? windowsMax : 0);
  }

  private static int number(MemorySegment attr, int offset) {
    return Math.max(0, attr.get(Layouts.INT, offset));
  }

  @Override
  public void reject(RdmaCmId id) throws IOException {
    cm.reject(id);
  }

  @Override
  public Window allocateWindow(IbvPd pd) throws IOException {
    return new CoreWindow(pd.getContext(), verbs.allocWindow(pd));
  }

  /** A memory window of type 2. */
  static final class CoreWindow implements Window {
    private final CoreObjects.Context context;
    private final MemorySegment pointer;

    CoreWindow(IbvContext context, MemorySegment pointer) {
      this.context = (CoreObjects.Context) context;
      this.pointer = pointer;
    }

    MemorySegment pointer() {
      return pointer;
    }

    @Override
    public int key() {
      return pointer.get(Layouts.INT, Layouts.Mw.RKEY);
    }

    @Override
    public void key(int bound) {
      pointer.set(Layouts.INT, Layouts.Mw.RKEY, bound);
    }

    @Override
    public void free() throws IOException {
      int errno = NativeCalls.deallocMw(context.deallocMw, pointer);
      if (errno != 0) {
        throw new ErrnoException("ibv_dealloc_mw", errno);
      }
    }
  }
}
