package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.io.fscc.Filetime;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.wire.CodecFuzz;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/** Whatever a record holds comes back from its bytes; whatever bytes come, only refusals follow. */
class IoMessagesProperty {
  private static final int TRIES = 300;
  private static final long U32_MAX = 0xFFFF_FFFFL;

  @Property(tries = TRIES)
  void shouldKeepCreateRequest(
      @ForAll @Size(max = 8) List<@From("requestContexts") CreateContext> contexts,
      @ForAll("names") String name,
      @ForAll CreateDisposition disposition,
      @ForAll int desiredAccess,
      @ForAll int options)
      throws MalformedMessageException {
    CreateRequest request =
        new CreateRequest(0, 2, desiredAccess, 0, 7, disposition, options, name, contexts);
    MessageWriter out = new MessageWriter();
    CreateRequestCodec.encode(request, out);

    assertThat(CreateRequestCodec.decode(new MessageReader(out.written()))).isEqualTo(request);
  }

  @Property(tries = TRIES)
  void shouldKeepCreateResponse(
      @ForAll @Size(max = 8) List<@From("responseContexts") CreateContext> contexts,
      @ForAll("fileIds") FileId fileId,
      @ForAll("files") FileNetworkOpenInformation file,
      @ForAll CreateAction action)
      throws MalformedMessageException {
    CreateResponse response = new CreateResponse(0, 0, action, file, fileId, contexts);
    MessageWriter out = new MessageWriter();
    CreateResponseCodec.encode(response, out);

    assertThat(CreateResponseCodec.decode(new MessageReader(out.written()))).isEqualTo(response);
  }

  @Property(tries = TRIES)
  void shouldKeepReadRequest(
      @ForAll @LongRange(max = U32_MAX) long lengthBytes,
      @ForAll long offset,
      @ForAll("fileIds") FileId fileId,
      @ForAll @Size(max = 64) byte[] descriptors)
      throws MalformedMessageException {
    ReadRequest request =
        new ReadRequest(
            0,
            lengthBytes,
            offset,
            fileId,
            0,
            descriptors.length == 0 ? Channel.NONE : Channel.RDMA_V1,
            lengthBytes,
            MemorySegment.ofArray(descriptors));
    MessageWriter out = new MessageWriter();
    ReadRequestCodec.encode(request, out);
    ReadRequest again = ReadRequestCodec.decode(new MessageReader(out.written()));

    assertThat(again).usingRecursiveComparison().ignoringFields("channelInfo").isEqualTo(request);
    assertThat(again.channelInfo().mismatch(request.channelInfo())).isEqualTo(-1);
  }

  @Property(tries = TRIES)
  void shouldKeepWriteRequestWithItsPayload(
      @ForAll long offset,
      @ForAll("fileIds") FileId fileId,
      @ForAll @IntRange(max = 3) int flags,
      @ForAll @Size(max = 300) byte[] payload)
      throws MalformedMessageException {
    WriteRequest request = WriteRequest.inline(fileId, offset, payload.length, flags);
    MessageWriter out = new MessageWriter();
    WriteRequestCodec.encode(request, out);
    out.bytes(out.length(), payload);
    MessageReader in = new MessageReader(out.written());
    WriteRequest again = WriteRequestCodec.decode(in);

    assertThat(again).usingRecursiveComparison().ignoringFields("channelInfo").isEqualTo(request);
    assertThat(WriteRequestCodec.payload(in, again).mismatch(MemorySegment.ofArray(payload)))
        .isEqualTo(-1);
  }

  @Property(tries = TRIES)
  void shouldKeepQueryDirectoryRequest(
      @ForAll @IntRange(max = 255) int informationClass,
      @ForAll @LongRange(max = U32_MAX) long outputBufferLength,
      @ForAll("fileIds") FileId fileId,
      @ForAll("names") String pattern)
      throws MalformedMessageException {
    QueryDirectoryRequest request =
        new QueryDirectoryRequest(informationClass, 1, 0, fileId, pattern, outputBufferLength);
    MessageWriter out = new MessageWriter();
    QueryDirectoryRequestCodec.encode(request, out);

    assertThat(QueryDirectoryRequestCodec.decode(new MessageReader(out.written())))
        .isEqualTo(request);
  }

  /** A message whose StructureSize is right and whose rest is anything at all. */
  @Property(tries = TRIES)
  void shouldRefuseOrDecodeAnyBody(
      @ForAll @IntRange(max = 20) int which, @ForAll @Size(max = 200) byte[] body) {
    Specimen<?> specimen = Specimen.ALL.get(which);
    byte[] golden = GoldenMessage.bytes(specimen.golden());
    byte[] message = new byte[Smb2Header.LENGTH + 2 + body.length];
    System.arraycopy(golden, 0, message, 0, Smb2Header.LENGTH + 2);
    System.arraycopy(body, 0, message, Smb2Header.LENGTH + 2, body.length);
    CodecFuzz.check(specimen.codec(), message);
  }

  @Provide
  Arbitrary<FileId> fileIds() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(FileId::new);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withCharRange(' ', '\uD7FF').ofMaxLength(40);
  }

  @Provide
  Arbitrary<CreateContext> requestContexts() {
    Arbitrary<UUID> guids =
        Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
    Arbitrary<Long> millis = Arbitraries.longs().between(0, U32_MAX);
    return Arbitraries.oneOf(
        Combinators.combine(millis, Arbitraries.integers(), guids)
            .as(CreateContext.DurableHandleRequestV2::new),
        Combinators.combine(fileIds(), guids, Arbitraries.integers())
            .as(CreateContext.DurableHandleReconnectV2::new),
        instants().optional().map(CreateContext.QueryMaximalAccess::new),
        Arbitraries.longs().map(CreateContext.AllocationSize::new),
        leases(),
        Arbitraries.just(new CreateContext.QueryOnDiskId()));
  }

  @Provide
  Arbitrary<CreateContext> responseContexts() {
    return Arbitraries.oneOf(
        Combinators.combine(Arbitraries.longs().between(0, U32_MAX), Arbitraries.integers())
            .as(CreateContext.DurableHandleResponseV2::new),
        Combinators.combine(Arbitraries.integers().map(NtStatus::new), Arbitraries.integers())
            .as(CreateContext.MaximalAccess::new),
        Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
            .as(CreateContext.OnDiskId::new),
        leases());
  }

  private static Arbitrary<CreateContext> leases() {
    Arbitrary<UUID> guids =
        Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
    Arbitrary<CreateContext.Lease.Second> second =
        Combinators.combine(guids, Arbitraries.integers().between(0, 0xFFFF))
            .as(CreateContext.Lease.Second::new);
    return Combinators.combine(
            guids, Arbitraries.integers(), Arbitraries.integers(), second.optional())
        .as(CreateContext.Lease::new);
  }

  @Provide
  Arbitrary<FileNetworkOpenInformation> files() {
    Arbitrary<Instant> times = instants();
    return Combinators.combine(
            times,
            times,
            times,
            times,
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.integers())
        .as(FileNetworkOpenInformation::new);
  }

  private static Arbitrary<Instant> instants() {
    return Arbitraries.longs().map(Filetime::toInstant);
  }

  @Property(tries = TRIES)
  void shouldKeepCloseResponse(@ForAll("files") FileNetworkOpenInformation file)
      throws MalformedMessageException {
    MessageWriter out = new MessageWriter();
    CloseResponseCodec.encode(new CloseResponse(Optional.of(file)), out);

    assertThat(CloseResponseCodec.decode(new MessageReader(out.written())).file()).contains(file);
  }
}
