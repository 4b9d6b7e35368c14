package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.json.Json;
import org.sealane.smb.auth.CertificateIdentity;

/**
 * One request, as a route sees it.
 *
 * @param caller who sent it, from its certificate
 * @param parameters of the query, decoded
 * @param body its content; the route reads what it needs and does not close it
 */
public record AdminRequest(
    CertificateIdentity caller, Map<String, String> parameters, InputStream body) {

  /** No document or instruction is near this. */
  private static final int JSON_BYTES_MAX = 1 << 20;

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** A parameter that must be there. */
  public String required(String name) throws AdminException {
    return parameter(name)
        .orElseThrow(() -> new AdminException(Kind.INVALID, "parameter " + name + " is missing"));
  }

  /** A parameter that must be there; {@code convert} throws IllegalArgumentException. */
  public <T> T required(String name, Function<String, T> convert) throws AdminException {
    try {
      return convert.apply(required(name));
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, name + ": " + e.getMessage(), e);
    }
  }

  /** The body as JSON of {@code type}, bounded. */
  public <T> T json(Class<T> type) throws AdminException, IOException {
    byte[] bytes = body.readNBytes(JSON_BYTES_MAX + 1);
    if (bytes.length > JSON_BYTES_MAX) {
      throw new AdminException(
          Kind.INVALID, "the body is longer than " + JSON_BYTES_MAX + " bytes");
    }
    try {
      return Json.read(new String(bytes, java.nio.charset.StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw new AdminException(Kind.INVALID, e.getMessage(), e);
    }
  }
}
