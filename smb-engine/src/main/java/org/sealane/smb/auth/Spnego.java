package org.sealane.smb.auth;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * The tokens of SPNEGO, [RFC 4178] 4.2, in DER. The initiator's first is wrapped as an
 * InitialContextToken ([RFC 2743] 3.1). A NegTokenInit2 ([MS-SPNG] 2.2.1), which servers put into a
 * NEGOTIATE response, decodes as a {@link Token.NegTokenInit}; its hints say nothing and are
 * skipped. Stateless.
 */
public final class Spnego {
  /** What the two length bytes of a SecurityBuffer can say. */
  public static final int TOKEN_BYTES_MAX = 0xFFFF;

  /** More than any initiator offers. */
  static final int MECH_TYPES_MAX = 16;

  private static final int INITIAL_CONTEXT_TOKEN = 0x60;

  /** Context-specific, constructed: {@code [n]}. */
  private static final int CONTEXT = 0xA0;

  private static final byte[] EMPTY = {};

  /** The acceptor's word on the negotiation; the ordinal is the wire's value. */
  public enum NegState {
    ACCEPT_COMPLETED,
    ACCEPT_INCOMPLETE,
    REJECT,
    REQUEST_MIC
  }

  /** One token. Arrays belong to the record's holder; an empty one stands for an absent field. */
  public sealed interface Token {

    /** The initiator's first, or a server's hint. */
    record NegTokenInit(List<MechanismOid> mechTypes, byte[] mechToken, byte[] mechListMic)
        implements Token {
      public NegTokenInit {
        mechTypes = List.copyOf(mechTypes);
      }
    }

    /** Every other. */
    record NegTokenResp(
        Optional<NegState> negState,
        Optional<MechanismOid> supportedMech,
        byte[] responseToken,
        byte[] mechListMic)
        implements Token {}
  }

  private Spnego() {}

  /** Encodes {@code token}; the result is the caller's. */
  public static byte[] encode(Token token) {
    return switch (token) {
      case Token.NegTokenInit init -> encodeInit(init);
      case Token.NegTokenResp resp -> encodeResp(resp);
    };
  }

  private static byte[] encodeInit(Token.NegTokenInit init) {
    byte[] fields =
        concatenate(
            element(CONTEXT, encodeMechTypes(init.mechTypes())),
            optionalOctets(2, init.mechToken()),
            optionalOctets(3, init.mechListMic()));
    return element(
        INITIAL_CONTEXT_TOKEN,
        element(DerReader.OBJECT_IDENTIFIER, MechanismOid.SPNEGO.content()),
        element(CONTEXT, element(DerReader.SEQUENCE, fields)));
  }

  /**
   * The MechTypeList alone, which is what a mechListMIC signs ([RFC 4178] 5). Lists decode only
   * from their one DER form, so these are the peer's bytes again.
   */
  public static byte[] encodeMechTypes(List<MechanismOid> list) {
    ByteArrayOutputStream mechTypes = new ByteArrayOutputStream();
    for (MechanismOid mechType : list) {
      mechTypes.writeBytes(element(DerReader.OBJECT_IDENTIFIER, mechType.content()));
    }
    return element(DerReader.SEQUENCE, mechTypes.toByteArray());
  }

  private static byte[] encodeResp(Token.NegTokenResp resp) {
    byte[] negState =
        resp.negState()
            .map(state ->
                element(
                    CONTEXT, element(DerReader.ENUMERATED, new byte[] {(byte) state.ordinal()})))
            .orElse(EMPTY);
    byte[] supportedMech =
        resp.supportedMech()
            .map(mech -> element(CONTEXT | 1, element(DerReader.OBJECT_IDENTIFIER, mech.content())))
            .orElse(EMPTY);
    byte[] fields =
        concatenate(
            negState,
            supportedMech,
            optionalOctets(2, resp.responseToken()),
            optionalOctets(3, resp.mechListMic()));
    return element(CONTEXT | 1, element(DerReader.SEQUENCE, fields));
  }

  /** Decodes a whole token. What the fields mean together is the caller's to judge. */
  public static Token decode(byte[] encoded) throws MalformedMessageException {
    if (encoded.length > TOKEN_BYTES_MAX) {
      throw new MalformedMessageException(
          "SPNEGO token", 0, "at most " + TOKEN_BYTES_MAX + " bytes", encoded.length);
    }
    DerReader in = new DerReader(encoded);
    Token token = in.nextIs(INITIAL_CONTEXT_TOKEN) ? decodeInit(in) : decodeResp(in);
    in.requireEnd("SPNEGO token");
    return token;
  }

  private static Token decodeInit(DerReader in) throws MalformedMessageException {
    DerReader framed = in.enter(INITIAL_CONTEXT_TOKEN, "InitialContextToken");
    int offset = framed.offset();
    MechanismOid mechanism =
        MechanismOid.fromContent(framed.content(DerReader.OBJECT_IDENTIFIER, "thisMech"), offset);
    if (!mechanism.equals(MechanismOid.SPNEGO)) {
      throw new MalformedMessageException("thisMech", offset, "SPNEGO", 0);
    }
    DerReader choice = framed.enter(CONTEXT, "NegotiationToken");
    framed.requireEnd("InitialContextToken");
    DerReader fields = choice.enter(DerReader.SEQUENCE, "NegTokenInit");
    choice.requireEnd("NegotiationToken");
    List<MechanismOid> mechTypes = decodeMechTypes(fields);
    if (fields.nextIs(CONTEXT | 1)) {
      // [RFC 4178] 4.2.1: reqFlags is not integrity protected and not to be relied on.
      DerReader reqFlags = fields.enter(CONTEXT | 1, "reqFlags");
      reqFlags.content(DerReader.BIT_STRING, "reqFlags");
      reqFlags.requireEnd("reqFlags");
    }
    byte[] mechToken = optionalOctets(fields, 2, "mechToken");
    byte[] mechListMic = decodeHintsAndMic(fields);
    fields.requireEnd("NegTokenInit");
    return new Token.NegTokenInit(mechTypes, mechToken, mechListMic);
  }

  private static List<MechanismOid> decodeMechTypes(DerReader fields)
      throws MalformedMessageException {
    DerReader tagged = fields.enter(CONTEXT, "mechTypes");
    DerReader list = tagged.enter(DerReader.SEQUENCE, "mechTypes");
    tagged.requireEnd("mechTypes");
    List<MechanismOid> mechTypes = new ArrayList<>();
    while (!list.atEnd()) {
      int offset = list.offset();
      if (mechTypes.size() == MECH_TYPES_MAX) {
        throw new MalformedMessageException(
            "mechTypes", offset, "at most " + MECH_TYPES_MAX, MECH_TYPES_MAX + 1L);
      }
      mechTypes.add(
          MechanismOid.fromContent(list.content(DerReader.OBJECT_IDENTIFIER, "mechType"), offset));
    }
    if (mechTypes.isEmpty()) {
      throw new MalformedMessageException("mechTypes", list.offset(), "at least one", 0);
    }
    return mechTypes;
  }

  /** In NegTokenInit [3] is the MIC; in NegTokenInit2 [3] are hints and [4] is the MIC. */
  private static byte[] decodeHintsAndMic(DerReader fields) throws MalformedMessageException {
    if (!fields.nextIs(CONTEXT | 3)) {
      return optionalOctets(fields, 4, "mechListMIC");
    }
    DerReader tagged = fields.enter(CONTEXT | 3, "mechListMIC");
    if (tagged.nextIs(DerReader.SEQUENCE)) {
      tagged.enter(DerReader.SEQUENCE, "negHints");
      tagged.requireEnd("negHints");
      return optionalOctets(fields, 4, "mechListMIC");
    }
    byte[] mechListMic = tagged.content(DerReader.OCTET_STRING, "mechListMIC");
    tagged.requireEnd("mechListMIC");
    return mechListMic;
  }

  private static Token decodeResp(DerReader in) throws MalformedMessageException {
    DerReader choice = in.enter(CONTEXT | 1, "NegotiationToken");
    DerReader fields = choice.enter(DerReader.SEQUENCE, "NegTokenResp");
    choice.requireEnd("NegotiationToken");
    Optional<NegState> negState = Optional.empty();
    if (fields.nextIs(CONTEXT)) {
      negState = Optional.of(decodeNegState(fields.enter(CONTEXT, "negState")));
    }
    Optional<MechanismOid> supportedMech = Optional.empty();
    if (fields.nextIs(CONTEXT | 1)) {
      DerReader tagged = fields.enter(CONTEXT | 1, "supportedMech");
      int offset = tagged.offset();
      supportedMech =
          Optional.of(
              MechanismOid.fromContent(
                  tagged.content(DerReader.OBJECT_IDENTIFIER, "supportedMech"), offset));
      tagged.requireEnd("supportedMech");
    }
    byte[] responseToken = optionalOctets(fields, 2, "responseToken");
    byte[] mechListMic = optionalOctets(fields, 3, "mechListMIC");
    fields.requireEnd("NegTokenResp");
    return new Token.NegTokenResp(negState, supportedMech, responseToken, mechListMic);
  }

  private static NegState decodeNegState(DerReader tagged) throws MalformedMessageException {
    int offset = tagged.offset();
    byte[] value = tagged.content(DerReader.ENUMERATED, "negState");
    tagged.requireEnd("negState");
    NegState[] states = NegState.values();
    if (value.length != 1 || value[0] < 0 || value[0] >= states.length) {
      throw new MalformedMessageException(
          "negState", offset, "0 to 3", value.length == 1 ? value[0] : -1);
    }
    return states[value[0]];
  }

  private static byte[] optionalOctets(DerReader fields, int number, String field)
      throws MalformedMessageException {
    if (!fields.nextIs(CONTEXT | number)) {
      return EMPTY;
    }
    DerReader tagged = fields.enter(CONTEXT | number, field);
    byte[] octets = tagged.content(DerReader.OCTET_STRING, field);
    tagged.requireEnd(field);
    return octets;
  }

  private static byte[] optionalOctets(int number, byte[] octets) {
    return octets.length == 0
        ? EMPTY
        : element(CONTEXT | number, element(DerReader.OCTET_STRING, octets));
  }

  private static byte[] element(int tag, byte[]... contents) {
    byte[] content = concatenate(contents);
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 5);
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      int octets = content.length <= 0xFF ? 1 : content.length <= 0xFFFF ? 2 : 3;
      out.write(0x80 | octets);
      for (int i = octets - 1; i >= 0; i--) {
        out.write(content.length >>> (8 * i));
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concatenate(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
