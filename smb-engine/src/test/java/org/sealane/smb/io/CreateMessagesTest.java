package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sealane.smb.io.CreateContextCodec.Direction;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.wire.Bytes;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

class CreateMessagesTest {
  private static final UUID GUID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  static final FileId FILE_ID = new FileId(0x0102030405060708L, 0x1112131415161718L);
  static final FileNetworkOpenInformation FILE =
      new FileNetworkOpenInformation(
          Instant.parse("2026-01-01T12:00:00Z"),
          Instant.parse("2026-01-01T12:00:01.0000001Z"),
          Instant.parse("2026-01-01T12:00:02.5Z"),
          Instant.parse("2026-01-01T12:00:03Z"),
          4096,
          1234,
          FileAttributes.ARCHIVE);

  @Nested
  class Request {
    @Test
    void shouldGiveEveryFieldWhenDecoded() throws MalformedMessageException {
      CreateRequest request = CreateRequestCodec.decode(GoldenMessage.reader("create-request"));

      assertThat(request.requestedOplockLevel()).isEqualTo(CreateRequest.OPLOCK_LEVEL_LEASE);
      assertThat(request.impersonationLevel()).isEqualTo(CreateRequest.IMPERSONATION);
      assertThat(request.desiredAccess()).isEqualTo(0x0012_0089);
      assertThat(request.fileAttributes()).isEqualTo(FileAttributes.ARCHIVE);
      assertThat(request.shareAccess()).isEqualTo(7);
      assertThat(request.disposition()).isEqualTo(CreateDisposition.OPEN_IF);
      assertThat(request.createOptions()).isEqualTo(0x40);
      assertThat(request.name()).isEqualTo("dir\\fÄx");
      assertThat(request.contexts().subList(0, 3))
          .containsExactly(
              new CreateContext.DurableHandleRequestV2(
                  60_000, CreateContext.DURABLE_PERSISTENT, GUID),
              new CreateContext.QueryMaximalAccess(Optional.empty()),
              new CreateContext.AllocationSize(1 << 20));
      assertThat(request.contexts().get(3))
          .isInstanceOfSatisfying(
              CreateContext.Unknown.class,
              unknown -> {
                assertThat(unknown.name().getBytes(StandardCharsets.ISO_8859_1))
                    .asHexString()
                    .isEqualTo("45BCA66AEFA7F74A9008FA462E144D74");
                assertThat(unknown.data()).hasSize(20).startsWith(20, 0, 0, 0, 0xFF);
              });
    }

    @Test
    void shouldOpenRootWhenNameIsEmpty() throws MalformedMessageException {
      CreateRequest root =
          new CreateRequest(0, 2, 1, 0, 7, CreateDisposition.OPEN, 1, "", List.of());

      MessageWriter out = new MessageWriter();
      CreateRequestCodec.encode(root, out);

      // "The Buffer field MUST be at least one byte in length."
      assertThat(out.length()).isEqualTo(121);
      assertThat(CreateRequestCodec.decode(new MessageReader(out.written()))).isEqualTo(root);
    }

    @Test
    void shouldRefuseWhenDispositionIsUnknown() {
      byte[] message = GoldenMessage.bytes("create-request");
      message[100] = 6;

      assertRefused(message, "CreateDisposition");
    }

    @Test
    void shouldRefuseWhenNameOverlapsFixedPart() {
      byte[] message = GoldenMessage.bytes("create-request");
      message[108] = 119;

      assertRefused(message, "NameOffset");
    }

    @Test
    void shouldRefuseWhenNameHasOddLength() {
      byte[] message = GoldenMessage.bytes("create-request");
      message[110] = 13;

      assertRefused(message, "Name");
    }

    @Test
    void shouldRefuseWhenNameIsNoText() {
      byte[] message = GoldenMessage.bytes("create-request");
      message[121] = (byte) 0xDC;

      assertRefused(message, "Name");
    }

    @Test
    void shouldRefuseWhenContextsPassMessageEnd() {
      byte[] message = GoldenMessage.bytes("create-request");
      message[116]++;

      assertRefused(message, "CreateContexts");
    }

    private static void assertRefused(byte[] message, String field) {
      assertThatThrownBy(() -> CreateRequestCodec.decode(GoldenMessage.reader(message)))
          .isInstanceOfSatisfying(
              MalformedMessageException.class, e -> assertThat(e.field()).isEqualTo(field));
    }
  }

  @Nested
  class Response {
    @Test
    void shouldGiveEveryFieldWhenDecoded() throws MalformedMessageException {
      assertThat(CreateResponseCodec.decode(GoldenMessage.reader("create-response")))
          .isEqualTo(
              new CreateResponse(
                  CreateRequest.OPLOCK_LEVEL_NONE,
                  0,
                  CreateAction.CREATED,
                  FILE,
                  FILE_ID,
                  List.of(
                      new CreateContext.DurableHandleResponseV2(60_000, 0),
                      new CreateContext.MaximalAccess(NtStatus.SUCCESS, 0x001F_01FF))));
    }

    @Test
    void shouldRefuseWhenActionIsUnknown() {
      byte[] message = GoldenMessage.bytes("create-response");
      message[68] = 4;

      assertThatThrownBy(() -> CreateResponseCodec.decode(GoldenMessage.reader(message)))
          .hasMessageContaining("CreateAction");
    }
  }

  @Nested
  class Contexts {
    @Test
    void shouldKeepReconnectWhenEncodedAndDecoded() throws MalformedMessageException {
      CreateContext reconnect = new CreateContext.DurableHandleReconnectV2(FILE_ID, GUID, 0);

      assertThat(again(List.of(reconnect))).containsExactly(reconnect);
    }

    @Test
    void shouldKeepTheUserOfALaneAndRefuseWhatIsNoName() throws MalformedMessageException {
      CreateContext user = new CreateContext.LaneUser("anna.b-c_1");
      assertThat(again(List.of(user))).containsExactly(user);

      byte[] chain = chain(List.of(user));
      for (int at = chain.length - 10; at < chain.length; at++) {
        byte[] changed = chain.clone();
        changed[at] = '/';
        assertThatThrownBy(() -> decode(changed, Direction.REQUEST))
            .isInstanceOf(MalformedMessageException.class)
            .hasMessageContaining("User");
      }
      assertThatThrownBy(() -> new CreateContext.LaneUser(""))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new CreateContext.LaneUser("a".repeat(64)))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKeepTimestampWhenMaximalAccessIsAskedSince() throws MalformedMessageException {
      CreateContext query = new CreateContext.QueryMaximalAccess(Optional.of(FILE.changeTime()));

      assertThat(again(List.of(query))).containsExactly(query);
    }

    @Test
    void shouldTakeContextsUpToLimit() throws MalformedMessageException {
      CreateContext one = new CreateContext.AllocationSize(1);

      assertThat(again(Collections.nCopies(CreateContextCodec.COUNT_MAX, one)))
          .hasSize(CreateContextCodec.COUNT_MAX);
    }

    @Test
    void shouldRefuseWhenContextsPassLimit() {
      CreateContext one = new CreateContext.AllocationSize(1);

      assertThatThrownBy(() -> again(Collections.nCopies(CreateContextCodec.COUNT_MAX + 1, one)))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageContaining("CreateContexts");
    }

    @Test
    void shouldRefuseWhenChainWouldNotAdvance() throws MalformedMessageException {
      for (int next : new int[] {1, 8, 15, 17, 20}) {
        byte[] chain = chain(List.of(new CreateContext.AllocationSize(1)));
        chain[0] = (byte) next;

        assertThatThrownBy(() -> decode(chain, Direction.REQUEST))
            .as("Next %d", next)
            .hasMessageContaining("Next");
      }
    }

    @Test
    void shouldRefuseWhenDataHasWrongLengthForItsName() {
      for (String name : List.of("DH2Q", "DH2C", "MxAc", "AlSi")) {
        byte[] chain = chain(List.of(new CreateContext.Unknown(name, new byte[7])));

        assertThatThrownBy(() -> decode(chain, Direction.REQUEST))
            .as(name)
            .hasMessageContaining(name);
      }
    }

    @Test
    void shouldRefuseWhenDataOverlapsName() {
      byte[] chain = chain(List.of(new CreateContext.AllocationSize(1)));
      chain[10] = 15;

      assertThatThrownBy(() -> decode(chain, Direction.REQUEST)).hasMessageContaining("Data");
    }

    private static List<CreateContext> again(List<CreateContext> contexts)
        throws MalformedMessageException {
      return decode(chain(contexts), Direction.REQUEST);
    }

    private static byte[] chain(List<CreateContext> contexts) {
      MessageWriter out = new MessageWriter();
      CreateContextCodec.encode(contexts, out, 0);
      return Bytes.of(out.written());
    }

    private static List<CreateContext> decode(byte[] chain, Direction direction)
        throws MalformedMessageException {
      return CreateContextCodec.decode(GoldenMessage.reader(chain), 0, chain.length, direction);
    }
  }
}
