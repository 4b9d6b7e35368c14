package org.sealane.deploy.admin;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One thing that can be asked of a node.
 *
 * @param method what HTTP calls it
 * @param path absolute, without parameters
 * @param access who may
 * @param handler does it, on a virtual thread
 */
public record AdminRoute(Method method, String path, Access access, Handler handler) {

  public AdminRoute {
    if (method != Method.GET && access != Access.ADMINISTRATORS) {
      throw new IllegalArgumentException(path + " changes something: for administrators only");
    }
  }

  /** What a request does: {@code GET} changes nothing. */
  public enum Method {
    GET,
    PUT,
    POST,
    DELETE
  }

  /** Who may call a route. Whoever it is has a good certificate of this cluster's CA. */
  public enum Access {
    /** Administrators and enrolled nodes. */
    MEMBERS,
    ADMINISTRATORS
  }

  /** Carries a request out. */
  @FunctionalInterface
  public interface Handler {
    AdminReply handle(AdminRequest request) throws AdminException, IOException;
  }

  /** The same while {@code refusal} has nothing to say; else the request fails with that. */
  public AdminRoute unless(Supplier<Optional<AdminException>> refusal) {
    return new AdminRoute(
        method,
        path,
        access,
        request -> {
          Optional<AdminException> refused = refusal.get();
          if (refused.isPresent()) {
            throw refused.get();
          }
          return handler.handle(request);
        });
  }

  static AdminRoute read(String path, Handler handler) {
    return new AdminRoute(Method.GET, path, Access.MEMBERS, handler);
  }

  public static AdminRoute change(Method method, String path, Handler handler) {
    return new AdminRoute(method, path, Access.ADMINISTRATORS, handler);
  }
}
