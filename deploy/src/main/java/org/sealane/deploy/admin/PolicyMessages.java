package org.sealane.deploy.admin;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** Words of policies, as the command line and JSON have them, to values and back. */
public final class PolicyMessages {
  private PolicyMessages() {}

  /**
   * The change that is meant; fails with an IllegalArgumentException that says what is accepted.
   */
  public static PolicyChange change(DocumentMessages.PolicyDraft draft) {
    Optional<RekeyLimits> rekey =
        draft.rekeyBytes() == null || draft.rekeySeconds() == null
            ? Optional.empty()
            : Optional.of(
                new RekeyLimits(draft.rekeyBytes(), Duration.ofSeconds(draft.rekeySeconds())));
    return new PolicyChange(
        Optional.ofNullable(draft.csv()).map(PolicyMessages::level),
        Optional.ofNullable(draft.sbl()).map(PolicyMessages::level),
        Optional.ofNullable(draft.ciphers()).map(words -> each(words, PolicyMessages::cipher)),
        Optional.ofNullable(draft.signing()).map(words -> each(words, PolicyMessages::signing)),
        Optional.ofNullable(draft.transport()).map(PolicyMessages::transport),
        rekey);
  }

  /** The words of {@code policy}. */
  public static DocumentMessages.Policy policy(
      String volume, long epoch, DocumentContent.Policy policy) {
    return new DocumentMessages.Policy(
        volume,
        epoch,
        policy.csv().word(),
        policy.sbl().word(),
        policy.ciphers().stream().map(CipherId::word).toList(),
        policy.signing().stream().map(SigningAlgorithm::word).toList(),
        policy.transport().word(),
        policy.rekey().bytes(),
        policy.rekey().age().toSeconds());
  }

  private static <T> List<T> each(List<String> words, Function<String, T> parse) {
    return words.stream().map(parse).toList();
  }

  private static Level level(String word) {
    return oneOf("level", word, Level.values(), Level::word);
  }

  private static TransportPreference transport(String word) {
    return oneOf("transport", word, TransportPreference.values(), TransportPreference::word);
  }

  private static CipherId cipher(String word) {
    return oneOf("cipher", word, CipherId.values(), CipherId::word);
  }

  private static SigningAlgorithm signing(String word) {
    return oneOf("signing algorithm", word, SigningAlgorithm.values(), SigningAlgorithm::word);
  }

  private static <T> T oneOf(String what, String word, T[] values, Function<T, String> wordOf) {
    return Arrays.stream(values)
        .filter(value -> wordOf.apply(value).equalsIgnoreCase(word))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                what
                    + " '"
                    + word
                    + "' is not one of "
                    + String.join(", ", Arrays.stream(values).map(wordOf).toList())));
  }
}
