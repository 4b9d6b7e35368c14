package org.sealane.rdma.rdmacore;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaProvider;
import com.ibm.disni.verbs.RdmaVerbs;
import java.io.IOException;
import java.lang.reflect.Field;
import org.sealane.rdma.disni.DisniExtensions;

/**
 * DiSNI's provider of this process. DiSNI has one for all its objects and names its own native one;
 * that is replaced before the first of its objects is made.
 */
final class CoreDriver extends RdmaProvider {
  private static final int VERSION = 1;

  // Guarded by the class.
  private static CoreDriver installed;

  private final CoreCm cm;
  private final CoreVerbs verbs;
  private final CoreExtensions extensions;

  private CoreDriver(NativeCalls calls) {
    cm = new CoreCm(calls);
    verbs = new CoreVerbs(calls);
    extensions = new CoreExtensions(calls, cm, verbs);
  }

  /**
   * The driver, which stays for the life of the process.
   *
   * @throws IOException if a library is not there
   */
  static synchronized CoreDriver install() throws IOException {
    if (installed == null) {
      CoreDriver driver = new CoreDriver(new NativeCalls());
      try {
        Field field = RdmaProvider.class.getDeclaredField("provider");
        field.setAccessible(true);
        field.set(null, driver);
      } catch (ReflectiveOperationException e) {
        throw new IOException("DiSNI takes no other provider", e);
      }
      installed = driver;
    }
    return installed;
  }

  DisniExtensions extensions() {
    return extensions;
  }

  @Override
  public RdmaCm openCm() {
    return cm;
  }

  @Override
  public RdmaVerbs openVerbs() {
    return verbs;
  }

  @Override
  public int getVersion() {
    return VERSION;
  }
}
