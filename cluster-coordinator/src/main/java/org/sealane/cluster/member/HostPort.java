package org.sealane.cluster.member;

/** Where a listener is reached. */
public record HostPort(String host, int port) {
  public HostPort {
    if (host.isEmpty() || host.length() > 255 || port < 1 || port > 65535) {
      throw new IllegalArgumentException("not a host and port: '" + host + "', " + port);
    }
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
