package org.sealane.smb.auth;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The object identifier of a security mechanism.
 *
 * @param dotted as {@code 1.3.6.1.5.5.2}
 */
public record MechanismOid(String dotted) {
  /** The most octets an identifier may have here; those of UUIDs have 20. */
  private static final int CONTENT_BYTES_MAX = 64;

  private static final Pattern DOTTED = Pattern.compile("[0-2](\\.(0|[1-9][0-9]{0,38})){1,20}");

  /** SPNEGO itself, [RFC 4178] 4.1. */
  public static final MechanismOid SPNEGO = new MechanismOid("1.3.6.1.5.5.2");

  /** Kerberos V5, [RFC 4121]. */
  public static final MechanismOid KERBEROS = new MechanismOid("1.2.840.113554.1.2.2");

  /** NTLM, [MS-NLMP] 1.9. */
  public static final MechanismOid NTLM = new MechanismOid("1.3.6.1.4.1.311.2.2.10");

  /**
   * The node mechanism: the UUID 7e92c051-b34d-4e39-a8af-62020dc69577 under 2.25, the arc in which
   * whoever makes a UUID owns what is under it ([X.667] 7).
   */
  public static final MechanismOid NODE =
      new MechanismOid("2.25.168244703505861823050114096470912570743");

  public MechanismOid {
    if (!DOTTED.matcher(dotted).matches()) {
      throw new IllegalArgumentException("object identifier '" + dotted + "'");
    }
  }

  /** The content octets of [X.690] 8.19, without tag and length. */
  byte[] content() {
    String[] arcs = dotted.split("\\.");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BigInteger first = BigInteger.valueOf(Long.parseLong(arcs[0]) * 40);
    putArc(out, first.add(new BigInteger(arcs[1])));
    for (int i = 2; i < arcs.length; i++) {
      putArc(out, new BigInteger(arcs[i]));
    }
    return out.toByteArray();
  }

  static MechanismOid fromContent(byte[] content, int offset) throws MalformedMessageException {
    if (content.length == 0
        || content.length > CONTENT_BYTES_MAX
        || content[content.length - 1] < 0) {
      throw new MalformedMessageException(
          "OBJECT IDENTIFIER", offset, "whole arcs", content.length);
    }
    List<String> arcs = new ArrayList<>();
    BigInteger arc = BigInteger.ZERO;
    boolean arcBegins = true;
    for (byte octet : content) {
      if (arcBegins && octet == (byte) 0x80) {
        throw new MalformedMessageException("OBJECT IDENTIFIER", offset, "shortest arcs", 0x80);
      }
      arc = arc.shiftLeft(7).or(BigInteger.valueOf(octet & 0x7F));
      arcBegins = octet >= 0;
      if (arcBegins) {
        addArc(arcs, arc);
        arc = BigInteger.ZERO;
      }
    }
    String dotted = String.join(".", arcs);
    if (!DOTTED.matcher(dotted).matches()) {
      throw new MalformedMessageException("OBJECT IDENTIFIER", offset, "an arc of sane size", 0);
    }
    return new MechanismOid(dotted);
  }

  /** The first subidentifier holds two arcs: 40 times the first, plus the second. */
  private static void addArc(List<String> arcs, BigInteger subidentifier) {
    if (!arcs.isEmpty()) {
      arcs.add(subidentifier.toString());
      return;
    }
    int first = subidentifier.min(BigInteger.valueOf(80)).intValue() / 40;
    arcs.add(Integer.toString(first));
    arcs.add(subidentifier.subtract(BigInteger.valueOf(first * 40L)).toString());
  }

  private static void putArc(ByteArrayOutputStream out, BigInteger arc) {
    int groups = Math.max(1, (arc.bitLength() + 6) / 7);
    for (int i = groups - 1; i >= 0; i--) {
      int bits = arc.shiftRight(7 * i).intValue() & 0x7F;
      out.write(i > 0 ? bits | 0x80 : bits);
    }
  }
}
