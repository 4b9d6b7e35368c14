package org.sealane.deploy.node;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.admin.CertificateMessages;
import org.sealane.smb.auth.Pem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the certificate of this node while it runs. */
final class CertificateRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateRoutes.class);

  private final HeldBundle bundle;
  private final Consumer<Instant> renewed;

  /**
   * @param renewed told when the new certificate ends
   */
  CertificateRoutes(HeldBundle bundle, Consumer<Instant> renewed) {
    this.bundle = bundle;
    this.renewed = renewed;
  }

  List<AdminRoute> routes() {
    return List.of(
        new AdminRoute(
            Method.GET,
            CertificateMessages.PATH,
            AdminRoute.Access.ADMINISTRATORS,
            _ -> new AdminReply.Value(present())),
        AdminRoute.change(Method.POST, CertificateMessages.PATH, this::renew));
  }

  private CertificateMessages.Certificate present() {
    return new CertificateMessages.Certificate(
        Pem.encode(List.of(bundle.credentials().keys().certificate())));
  }

  private AdminReply renew(AdminRequest request) throws AdminException, IOException {
    Instant expires = bundle.renew(request.json(CertificateMessages.Certificate.class).pem());
    LOG.info("node={} certificate renewed until {}", bundle.get().node(), expires);
    renewed.accept(expires);
    return new AdminReply.Value(new CertificateMessages.Renewed(expires));
  }
}
