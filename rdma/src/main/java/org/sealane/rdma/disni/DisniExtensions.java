package org.sealane.rdma.disni;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.sealane.rdma.verbs.DeviceAttributes;

/** What DiSNI's verbs API lacks and {@link DisniVerbs} needs of a provider of it. */
public interface DisniExtensions {
  /** The devices of this host, held open until closed. */
  Devices openDevices() throws IOException;

  /** Refuses a connect request; its id is still to be destroyed. */
  void reject(RdmaCmId id) throws IOException;

  /** A memory window of type 2. */
  Window allocateWindow(IbvPd pd) throws IOException;

  /** Open devices. Close it after all that was made on one of them. */
  interface Devices extends AutoCloseable {
    List<Device> devices();

    @Override
    void close();
  }

  /**
   * One device.
   *
   * @param context the connection manager's own, which its ids use
   * @param active whether a port of it is
   * @param addresses those of its network interfaces; empty if not known
   */
  record Device(
      IbvContext context,
      DeviceAttributes attributes,
      boolean active,
      List<InetAddress> addresses) {}

  /** A memory window. Callers order their calls. */
  interface Window {
    /** The key of the last bind. */
    int key();

    /** To be told after a bind was posted. */
    void key(int bound);

    void free() throws IOException;
  }
}
