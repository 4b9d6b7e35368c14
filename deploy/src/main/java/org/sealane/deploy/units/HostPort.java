package org.sealane.deploy.units;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as {@code HOST:PORT}; an IPv6 host stands in brackets. Nothing is resolved here.
 *
 * @param host a name or a literal address, without brackets
 * @param port 0 to 65535; 0 asks for a free one where it is listened on
 */
public record HostPort(String host, int port) {
  /** What an error says is accepted. */
  public static final String ACCEPTED = "HOST:PORT with a port of 0 to 65535";

  private static final int PORT_MAX = 65_535;
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");

  public HostPort {
    if (host.isEmpty() || port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("'" + host + ":" + port + "' is not " + ACCEPTED);
    }
  }

  /** Parses {@code text}; fails with an IllegalArgumentException that says what is accepted. */
  public static HostPort parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > PORT_MAX) {
      throw new IllegalArgumentException("'" + text + "' is not " + ACCEPTED);
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new HostPort(host, Integer.parseInt(matcher.group(3)));
  }

  /** Resolves the host now. */
  public InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  public HostPort withHost(String other) {
    return new HostPort(other, port);
  }

  public HostPort withPort(int other) {
    return new HostPort(host, other);
  }

  /** True for an address that means every interface, which no peer can connect to. */
  public boolean isWildcard() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
