package org.sealane.deploy.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.sealane.cluster.admin.ClusterAdmin;
import org.sealane.cluster.admin.TurnReport;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.member.ClusterMember;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.admin.DocumentMessages.Draft;
import org.sealane.deploy.admin.DocumentMessages.Drafted;
import org.sealane.deploy.admin.DocumentMessages.Signed;

/**
 * Changes to what the cluster is: drafts of documents, submission of signed ones, and what became
 * of them. No key is here: a node drafts and passes on, and is believed in neither.
 */
public final class DocumentRoutes {
  public static final String DRAFT_POLICY = "/v1/draft/policy";
  public static final String DRAFT_VOLUME = "/v1/draft/volume";
  public static final String DRAFT_VOLUME_MOVE = "/v1/draft/volume-move";
  public static final String DRAFT_VOLUME_DELETION = "/v1/draft/volume-deletion";
  public static final String DRAFT_DISK = "/v1/draft/disk";
  public static final String DRAFT_DISK_REMOVAL = "/v1/draft/disk-removal";
  public static final String DRAFT_CLIENTS = "/v1/draft/clients";
  public static final String CLIENTS = "/v1/clients";
  public static final String DOCUMENTS = "/v1/documents";
  public static final String COMMITTED = "/v1/committed";
  public static final String POLICY = "/v1/policy";
  public static final String REASSERT = "/v1/policy/reassert";
  public static final String HISTORY = "/v1/history";
  public static final String TURN = "/v1/turn";

  /** Longer than this no request waits; who wants to wait longer asks again. */
  public static final Duration WAIT_MAX = Duration.ofSeconds(20);

  /** The most documents of one answer about what is committed. */
  static final int COMMITTED_PAGE_MAX = 64;

  /** What a node that is still starting has not. */
  private final Supplier<Optional<Cluster>> cluster;

  /** How the node reaches its cluster's documents. */
  public record Cluster(ClusterMember member, ClusterAdmin admin) {}

  public DocumentRoutes(Supplier<Optional<Cluster>> cluster) {
    this.cluster = cluster;
  }

  public List<AdminRoute> routes() {
    return List.of(
        change(DRAFT_POLICY, this::draftPolicy),
        change(DRAFT_VOLUME, this::draftVolume),
        change(DRAFT_VOLUME_MOVE, this::draftVolumeMove),
        change(DRAFT_VOLUME_DELETION, this::draftVolumeDeletion),
        change(DRAFT_DISK, this::draftDisk),
        change(DRAFT_DISK_REMOVAL, this::draftDiskRemoval),
        change(DRAFT_CLIENTS, this::draftClients),
        change(DOCUMENTS, this::submit),
        read(COMMITTED, this::committed),
        change(REASSERT, this::reassert),
        read(CLIENTS, this::clients),
        read(POLICY, this::policy),
        read(HISTORY, this::history),
        read(TURN, this::turn));
  }

  /** A route's work, with the cluster at hand. */
  @FunctionalInterface
  private interface Work {
    Object on(Cluster cluster, AdminRequest request)
        throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException;
  }

  private AdminRoute change(String path, Work work) {
    return AdminRoute.change(Method.POST, path, handler(work));
  }

  private AdminRoute read(String path, Work work) {
    return new AdminRoute(Method.GET, path, Access.MEMBERS, handler(work));
  }

  private AdminRoute.Handler handler(Work work) {
    return request -> {
      Cluster here =
          cluster
              .get()
              .orElseThrow(() -> new AdminException(Kind.UNAVAILABLE, "the node is starting"));
      try {
        return new AdminReply.Value(work.on(here, request));
      } catch (org.sealane.cluster.admin.AdminException e) {
        throw new AdminException(kind(e.kind()), e.getMessage(), e);
      }
    };
  }

  private static Kind kind(org.sealane.cluster.admin.AdminException.Kind kind) {
    return switch (kind) {
      case INVALID -> Kind.INVALID;
      case NOT_FOUND -> Kind.ABSENT;
      case EXISTS, TURN_RUNNING, CONFLICT -> Kind.CONFLICT;
      case REFUSED -> Kind.FORBIDDEN;
      case UNAVAILABLE, TIMEOUT -> Kind.UNAVAILABLE;
    };
  }

  private Object draftPolicy(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    DocumentMessages.PolicyDraft wanted = request.json(DocumentMessages.PolicyDraft.class);
    try {
      return draft(
          here,
          wanted.volume() == null
              ? here.admin().prepareDefaultPolicy(PolicyMessages.change(wanted))
              : here.admin().preparePolicy(wanted.volume(), PolicyMessages.change(wanted)));
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, e.getMessage(), e);
    }
  }

  private Object draftVolume(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    DocumentMessages.VolumeDraft wanted = request.json(DocumentMessages.VolumeDraft.class);
    return draft(
        here,
        here.admin()
            .prepareVolume(
                uuid(wanted.uuid()),
                wanted.name(),
                wanted.owners(),
                wanted.path(),
                wanted.sharedBacking()));
  }

  private Object draftVolumeMove(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    DocumentMessages.MoveDraft wanted = request.json(DocumentMessages.MoveDraft.class);
    return draft(here, here.admin().prepareVolumeMove(wanted.name(), wanted.to()));
  }

  private Object draftVolumeDeletion(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    String name = request.json(DocumentMessages.DeletionDraft.class).name();
    return draft(here, here.admin().prepareVolumeDeletion(name));
  }

  private Object draftDisk(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    DocumentMessages.DiskDraft wanted = request.json(DocumentMessages.DiskDraft.class);
    return draft(
        here,
        here.admin()
            .prepareDisk(
                UUID.randomUUID(),
                wanted.name(),
                wanted.node(),
                wanted.path(),
                wanted.sizeBytes(),
                wanted.volume()));
  }

  private Object draftDiskRemoval(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    String name = request.json(DocumentMessages.DeletionDraft.class).name();
    return draft(here, here.admin().prepareDiskRemoval(name));
  }

  private Object draftClients(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    String template = request.json(DocumentMessages.ClientsDraft.class).template();
    Document wanted;
    try {
      wanted = ClusterAdmin.decode(Base64.getDecoder().decode(template));
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, "the template is not base64: " + e.getMessage(), e);
    }
    return draft(here, here.admin().prepareClients(wanted.key(), wanted.content()));
  }

  private Object committed(Cluster here, AdminRequest request) {
    String from = request.parameter("from").orElse("");
    TreeMap<String, VerifiedDocument> all = new TreeMap<>();
    here.member()
        .slots()
        .forEach((key, slot) ->
            slot.committed().ifPresent(document -> all.put(key.toString(), document)));
    List<Signed> page = new ArrayList<>();
    for (Map.Entry<String, VerifiedDocument> entry : all.tailMap(from, true).entrySet()) {
      if (page.size() == COMMITTED_PAGE_MAX) {
        return new DocumentMessages.Committed(page, entry.getKey());
      }
      page.add(signed(entry.getValue().signed()));
    }
    return new DocumentMessages.Committed(page, null);
  }

  private Object clients(Cluster here, AdminRequest request) {
    return new DocumentMessages.ClientDocuments(
        here.member().slots().values().stream()
            .filter(slot ->
                switch (slot.key().kind()) {
                  case USER, SHARE, SERVER, KEYTAB, DATA_KEY -> slot.living().isPresent();
                  case POLICY, DEFAULT_POLICY, VOLUME, DISK, NODE -> false;
                })
            .flatMap(slot -> slot.committed().stream())
            .map(VerifiedDocument::signed)
            .map(DocumentRoutes::signed)
            .toList());
  }

  private static UUID uuid(String text) throws AdminException {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, "'" + text + "' is not a UUID", e);
    }
  }

  private static Draft draft(Cluster here, org.sealane.cluster.admin.Draft draft) {
    List<Drafted> drafted = new ArrayList<>();
    for (Document document : draft.documents()) {
      drafted.add(
          new Drafted(
              base64(DocumentCodec.encode(document)),
              base(here, document)
                  .map(VerifiedDocument::signed)
                  .map(DocumentRoutes::signed)
                  .orElse(null)));
    }
    return new Draft(drafted);
  }

  /** What whoever signs compares the draft with. */
  private static Optional<VerifiedDocument> base(Cluster here, Document document) {
    Optional<VerifiedDocument> before = committed(here, document.key());
    return before.isEmpty() && document.key().kind() == DocumentKind.POLICY
        ? committed(here, ObjectKey.defaultPolicy(document.clusterId()))
        : before;
  }

  private static Optional<VerifiedDocument> committed(Cluster here, ObjectKey key) {
    return Optional.ofNullable(here.member().slots().get(key)).flatMap(VerifiedSlot::committed);
  }

  private static Signed signed(SignedDocument document) {
    return new Signed(base64(document.payload()), base64(document.signature()));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private Object submit(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    DocumentMessages.Submission submission = request.json(DocumentMessages.Submission.class);
    List<SignedDocument> documents = new ArrayList<>();
    try {
      for (Signed signed : submission.documents()) {
        documents.add(
            new SignedDocument(
                Base64.getDecoder().decode(signed.payload()),
                Base64.getDecoder().decode(signed.signature())));
      }
    } catch (IllegalArgumentException e) {
      throw new AdminException(Kind.INVALID, "a document is not base64: " + e.getMessage(), e);
    }
    return new DocumentMessages.Submitted(
        here.admin().submit(documents, submission.supersede()).stream()
            .map(done ->
                new DocumentMessages.Written(
                    done.key().kind().word(), done.key().object().toString(), done.epoch()))
            .toList());
  }

  private Object reassert(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException, java.io.IOException {
    String volume = request.json(DocumentMessages.Reassertion.class).volume();
    return new DocumentMessages.Reasserted(
        here.member().view().self(),
        here.admin().policyReassert(volume).stream()
            .map(done ->
                new DocumentMessages.ReassertedDocument(
                    done.key().kind().word(),
                    done.key().object().toString(),
                    done.epoch(),
                    done.outcome().name().toLowerCase(Locale.ROOT)))
            .toList());
  }

  private Object policy(Cluster here, AdminRequest request)
      throws org.sealane.cluster.admin.AdminException {
    Optional<String> volume = request.parameter("volume");
    ClusterAdmin.PolicyState state =
        volume.isPresent()
            ? here.admin().policyShow(volume.get())
            : here.admin().defaultPolicyShow();
    return PolicyMessages.policy(
        state.volume().map(VolumeView::name).orElse(null), state.epoch(), state.policy());
  }

  private Object history(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException {
    String volume = request.required("volume");
    return new DocumentMessages.History(
        here.admin().policyHistory(volume).stream().map(report -> turn(volume, report)).toList());
  }

  /** The report; with {@code waitMillis} not before the turn is over or that time is. */
  private Object turn(Cluster here, AdminRequest request)
      throws AdminException, org.sealane.cluster.admin.AdminException {
    String volume = request.required("volume");
    long epoch = request.required("epoch", Long::parseLong);
    long waitMillis =
        Math.min(
            request.parameter("waitMillis").isPresent()
                ? request.required("waitMillis", Long::parseLong)
                : 0,
            WAIT_MAX.toMillis());
    UUID uuid =
        here.member()
            .view()
            .volume(volume)
            .map(VolumeView::uuid)
            .orElseThrow(
                () -> new AdminException(Kind.ABSENT, "there is no volume named " + volume));
    if (waitMillis > 0) {
      try {
        return turn(volume, here.admin().awaitTurn(uuid, epoch, Duration.ofMillis(waitMillis)));
      } catch (org.sealane.cluster.admin.AdminException e) {
        if (e.kind() != org.sealane.cluster.admin.AdminException.Kind.TIMEOUT) {
          throw e;
        }
      }
    }
    return turn(volume, here.admin().turn(uuid, epoch));
  }

  private static DocumentMessages.Turn turn(String volume, TurnReport report) {
    return new DocumentMessages.Turn(
        volume,
        report.epoch(),
        report.from().map(DocumentRoutes::levels).orElse(null),
        report.to().map(DocumentRoutes::levels).orElse(null),
        report.elapsedMillis(),
        report.nodes().stream()
            .map(node ->
                new DocumentMessages.NodeTimes(
                    node.node(),
                    node.acceptedAt().orElse(null),
                    node.drainedAt().orElse(null),
                    node.enforcedAt().orElse(null)))
            .toList(),
        report.state().name().toLowerCase(Locale.ROOT),
        report.step().map(TurnStep::word).orElse(null),
        report.startedAt().orElse(null),
        report.missing(),
        report.issuedAt(),
        report.signer(),
        List.of());
  }

  private static DocumentMessages.Levels levels(DocumentContent.Policy policy) {
    return new DocumentMessages.Levels(policy.csv().word(), policy.sbl().word());
  }
}
