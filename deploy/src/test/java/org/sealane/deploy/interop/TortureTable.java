package org.sealane.deploy.interop;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.sealane.deploy.interop.Smbtorture.Result;
import org.sealane.deploy.interop.Smbtorture.Verdict;

/**
 * The results of one run, test by test, ours beside smbd's, as docs/interop.md has them.
 *
 * @param places results by place, in the order of the columns
 * @param reasons why tests do not pass on our side, by patterns of their names; the first that fits
 */
record TortureTable(Map<String, Map<String, Result>> places, List<Reason> reasons) {

  /** One line of the list of reasons: {@code PATTERN: REASON}, where {@code *} stands for any. */
  record Reason(Pattern tests, String why) {
    static Reason parse(String line) {
      int colon = line.indexOf(": ");
      String pattern = line.substring(0, colon).strip();
      return new Reason(
          Pattern.compile("\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E"),
          line.substring(colon + 2).strip());
    }
  }

  /** As Markdown. */
  String render() {
    TreeMap<String, Boolean> names = new TreeMap<>();
    places.values().forEach(results -> results.keySet().forEach(name -> names.put(name, true)));
    StringBuilder out = new StringBuilder("| test |");
    places.keySet().forEach(place -> out.append(' ').append(place).append(" |"));
    out.append(" why not |\n| --- |");
    out.append(" --- |".repeat(places.size() + 1)).append('\n');
    for (String name : names.keySet()) {
      out.append("| ").append(name.replace("|", "\\|")).append(" |");
      boolean ours = true;
      for (Map.Entry<String, Map<String, Result>> place : places.entrySet()) {
        Optional<Result> result = Optional.ofNullable(place.getValue().get(name));
        out.append(' ').append(result.map(TortureTable::word).orElse("-")).append(" |");
        boolean passed = result.filter(end -> end.verdict() == Verdict.PASSED).isPresent();
        ours &= passed || place.getKey().equals(SmbtortureIT.SMBD);
      }
      out.append(' ').append(ours ? "" : why(name)).append(" |\n");
    }
    return out.toString();
  }

  /** Tests that fail or are skipped with us, and have no reason. */
  List<String> unexplained() {
    TreeSet<String> found = new TreeSet<>();
    places.forEach((place, results) -> {
      if (!place.equals(SmbtortureIT.SMBD)) {
        results.forEach((name, result) -> {
          if (result.verdict() != Verdict.PASSED && why(name).isEmpty()) {
            found.add(name + ": " + result.said());
          }
        });
      }
    });
    return List.copyOf(found);
  }

  private String why(String name) {
    return reasons.stream()
        .filter(reason -> reason.tests().matcher(name).matches())
        .findFirst()
        .map(Reason::why)
        .orElse("");
  }

  private static String word(Result result) {
    return switch (result.verdict()) {
      case PASSED -> "yes";
      case FAILED -> "no";
      case SKIPPED -> "skipped";
    };
  }
}
