package org.sealane.deploy.explain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;

/** Says in words why a lane is as it is. Pure functions over what a node knows at one moment. */
public final class LaneReasons {
  private static final int STRONGEST_KEY_BYTES = 32;
  private static final String STRONGEST_AGREEMENT = "X25519MLKEM768";

  /**
   * What a node knows of one volume and kind.
   *
   * @param volume the volume's name
   * @param rule in force
   * @param documented the level in the document that the rule comes from; empty without a valid one
   * @param turn under way
   * @param sealedSince since when the node sends only encrypted for want of a lease, if it does
   */
  public record Known(
      String volume,
      LaneKind kind,
      LaneRule rule,
      Optional<Level> documented,
      Optional<Turning> turn,
      Optional<Instant> sealedSince) {

    private long epoch() {
      return rule.send().epoch();
    }

    private String says() {
      return "the policy of epoch %d says %s for %s"
          .formatted(epoch(), documented.orElse(Level.ENCRYPT).word(), kind.word());
    }
  }

  /**
   * A turn under way.
   *
   * @param step the word of its step
   * @param to the level it turns this kind to
   */
  public record Turning(long epoch, String step, Level to) {}

  /**
   * What was remembered of a lane.
   *
   * @param at when it happened
   */
  public record Note(Instant at, String reason) {}

  private LaneReasons() {}

  /** Why the node sends at the level that it sends at. */
  public static String why(Known known) {
    List<String> reasons = new ArrayList<>();
    known
        .sealedSince()
        .ifPresent(since ->
            reasons.add(
                "fail-sealed since %s: the node holds no lease, so it sends only encrypted"
                    .formatted(since)));
    if (known.documented().isEmpty()) {
      reasons.add("no valid policy is known, which means encrypt");
    } else {
      reasons.add(known.says());
      if (known.rule().send().level() != known.documented().get()) {
        reasons.add(
            "but a newer one was signed that this node can not follow yet, so it sends encrypted");
      }
    }
    known
        .turn()
        .ifPresent(turn ->
            reasons.add(
                "a turn to epoch %d with %s is in step %s"
                    .formatted(turn.epoch(), turn.to().word(), turn.step())));
    return String.join("; ", reasons);
  }

  /**
   * How the lane came to what it runs with.
   *
   * @param fallback the last time that it took TCP as RDMA failed
   * @param hasRdma whether the node has an RDMA transport at all
   */
  public static List<String> negotiated(
      Known known, LaneStatus lane, Optional<Note> fallback, boolean hasRdma) {
    LanePolicy policy = known.rule().send();
    List<String> facts = new ArrayList<>();
    facts.add(
        "SMB %s, keys from %s between the certificates of both nodes"
            .formatted(lane.dialect(), lane.keyAgreement()));
    facts.add(
        choice(
            lane.key().peer(),
            lane.cipher().word(),
            policy.ciphers().stream().map(CipherId::word).toList()));
    facts.add(
        choice(
            lane.key().peer(),
            lane.signing().word(),
            policy.signing().stream().map(signing -> signing.word()).toList()));
    facts.add(transport(policy.transport(), lane.transport(), fallback, hasRdma));
    return facts;
  }

  private static String choice(String peer, String chosen, List<String> offered) {
    if (!offered.contains(chosen)) {
      return "%s, which the policy no longer names: the lane moves when it is used next"
          .formatted(chosen);
    }
    if (offered.size() == 1) {
      return chosen + ", the only one that the policy names";
    }
    if (offered.getFirst().equals(chosen)) {
      return "%s, the first of %s".formatted(chosen, String.join(", ", offered));
    }
    return "%s, which %s chose of %s".formatted(chosen, peer, String.join(", ", offered));
  }

  private static String transport(
      TransportPreference preference, String transport, Optional<Note> fallback, boolean hasRdma) {
    String fact = transport + ", as the policy says " + preference.word();
    if (preference != TransportPreference.RDMA_PREFERRED || transport.equals("rdma")) {
      return fact;
    }
    if (!hasRdma) {
      return fact + " and this node has no RDMA";
    }
    return fallback
        .map(note ->
            "%s and RDMA failed at %s: %s; the lane returns when a probe finds that it works"
                .formatted(fact, note.at(), note.reason()))
        .orElse(fact + " and the other node was reached by TCP");
  }

  /** What stops the lane being stronger; empty if it could not be. */
  public static List<String> notStronger(Known known, LaneStatus lane) {
    List<String> stops = new ArrayList<>();
    switch (lane.level()) {
      case CLEAR, SIGN ->
          stops.add(
              "%s; 'sealane policy set %s --%s encrypt' turns it"
                  .formatted(known.says(), known.volume(), known.kind().word()));
      case ENCRYPT -> cipher(known, lane).ifPresent(stops::add);
    }
    if (lane.level() != Level.ENCRYPT) {
      known
          .turn()
          .filter(turn -> turn.to().compareTo(lane.level()) > 0)
          .ifPresent(turn ->
              stops.add(
                  "%s comes with epoch %d, once every node accepts it"
                      .formatted(turn.to().word(), turn.epoch())));
    }
    if (!lane.keyAgreement().equals(STRONGEST_AGREEMENT)) {
      stops.add(
          "its keys come from %s, not %s".formatted(lane.keyAgreement(), STRONGEST_AGREEMENT));
    }
    return stops;
  }

  private static Optional<String> cipher(Known known, LaneStatus lane) {
    if (lane.cipher().keyBytes() >= STRONGEST_KEY_BYTES) {
      return Optional.empty();
    }
    List<CipherId> offered = known.rule().send().ciphers();
    if (!offered.contains(lane.cipher())) {
      return Optional.of("the lane has not moved yet to a cipher that the policy names");
    }
    Optional<CipherId> stronger =
        offered.stream().filter(cipher -> cipher.keyBytes() >= STRONGEST_KEY_BYTES).findFirst();
    if (stronger.isEmpty()) {
      return Optional.of("the policy names no cipher with 256-bit keys");
    }
    return Optional.of(
        offered.indexOf(stronger.get()) < offered.indexOf(lane.cipher())
            ? "%s was offered first, and %s chose %s"
                .formatted(stronger.get().word(), lane.key().peer(), lane.cipher().word())
            : "the policy prefers %s to %s".formatted(lane.cipher().word(), stronger.get().word()));
  }
}
