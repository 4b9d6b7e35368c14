package org.sealane.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.sealane.deploy.bench.BenchResult.Run;
import org.sealane.deploy.json.Json;

/**
 * Writes a result as a folder: {@code bench.json}, one PNG for each plot and {@code bench.html}
 * that shows them above the table of every run. The page needs nothing from elsewhere.
 */
public final class BenchReport {
  private final BenchResult result;

  public BenchReport(BenchResult result) {
    this.result = result;
  }

  /** Writes the report, replacing an earlier one, and returns the page. */
  public Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("bench.json"), Json.pretty(result));
    List<BenchPlots.Plot> plots = new BenchPlots(result).draw();
    for (BenchPlots.Plot plot : plots) {
      ImageIO.write(plot.image(), "png", directory.resolve(plot.name() + ".png").toFile());
    }
    Path page = directory.resolve("bench.html");
    Files.writeString(page, html(plots));
    return page;
  }

  /** What tells rows of one table from each other. */
  static String label(Run run) {
    String algorithm = run.cipher() != null ? run.cipher() : run.signing();
    return withoutAlgorithm(run) + (algorithm == null ? "" : " " + algorithm);
  }

  static String withoutAlgorithm(Run run) {
    return "%s:%s%s %s"
        .formatted(
            run.transport(), run.provider(), run.isEmulated() ? " (emulated)" : "", run.level());
  }

  private String html(List<BenchPlots.Plot> plots) {
    StringBuilder page = new StringBuilder(HEAD);
    page.append(
        "<p>%s, %d cores, JDK %s. Limits of the machine in the same run: "
            .formatted(
                escape(result.machine().cpu()),
                result.machine().cores(),
                escape(result.machine().jdk())));
    page.append(
        format(
            "AES-128-GCM %.2f GB/s, memory copy %.2f GB/s (one thread each), raw TCP %.2f"
                + " GB/s.</p>\n",
            result.limits().aesGcmBytesPerSecond() / 1e9,
            result.limits().memoryCopyBytesPerSecond() / 1e9,
            result.limits().tcpBytesPerSecond() / 1e9));
    if (result.hasEmulation()) {
      page.append("<p class=\"note\">").append(escape(BenchResult.EMULATION)).append("</p>\n");
    }
    page.append("<div class=\"plots\">\n");
    for (BenchPlots.Plot plot : plots) {
      page.append("<img src=\"%s.png\" alt=\"%s\">\n".formatted(plot.name(), escape(plot.title())));
    }
    page.append("</div>\n");
    links(page);
    page.append("<h2>Every cell</h2>\n<table>\n<tr><th>lane<th>op<th>block<th>depth<th>GB/s")
        .append("<th>of raw TCP<th>of memory copy<th>of AES-GCM<th>ops/s<th>p50 µs<th>p99 µs")
        .append("<th>max µs<th>first second<th>CPU s/GB<th>failed\n");
    result.runs().forEach(run -> page.append(row(run)));
    return page.append("</table>\n").toString();
  }

  private void links(StringBuilder page) {
    page.append("<h2>What links take</h2>\n<p>").append(escape(LinkCost.EXPLAINED));
    page.append("</p>\n<table>\n<tr><th>lane<th>op<th>block<th>depth<th>CPU s/GB");
    for (int gigabits : LinkCost.GIGABITS) {
      page.append("<th>cores at ").append(gigabits).append(" Gb/s");
    }
    for (LinkCost cost : LinkCost.of(result)) {
      Run run = cost.run();
      page.append(
          format(
              "\n<tr><td>%s %s<td>%s<td>%s<td>%d<td>%.2f",
              escape(run.kind()),
              escape(label(run)),
              run.op(),
              BenchPlots.blockLabel(run.blockBytes()),
              run.queueDepth(),
              run.cpuSecondsPerGigabyte()));
      page.append(
          cost.cores().stream()
              .map(cores -> format("<td>%.1f", cores))
              .collect(Collectors.joining()));
    }
    page.append("\n</table>\n");
  }

  private String row(Run run) {
    double rate = run.bytesPerSecond();
    return format(
        "<tr><td>%s %s<td>%s<td>%s<td>%d<td>%.3f<td>%.2f<td>%.2f<td>%.2f<td>%.0f<td>%.0f<td>%.0f"
            + "<td>%.0f<td>%.2f<td>%.2f<td>%d\n",
        escape(run.kind()),
        escape(label(run)),
        run.op(),
        BenchPlots.blockLabel(run.blockBytes()),
        run.queueDepth(),
        rate / 1e9,
        rate / result.limits().tcpBytesPerSecond(),
        rate / result.limits().memoryCopyBytesPerSecond(),
        rate / result.limits().aesGcmBytesPerSecond(),
        run.iops(),
        run.latencyMicros().p50(),
        run.latencyMicros().p99(),
        run.latencyMicros().max(),
        rate > 0 ? run.firstSecondBytesPerSecond() / rate : 0,
        run.cpuSecondsPerGigabyte(),
        run.failed());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>Sealane benchmark</title>
      <style>
      body { font: 15px/1.5 sans-serif; color: #2b3138; }
      body { max-width: 84em; margin: 2em auto; padding: 0 1em; }
      h1, h2 { font-weight: 600; }
      .note { border-left: 4px solid #d98324; padding-left: .8em; }
      .plots { display: grid; gap: 1em; }
      .plots { grid-template-columns: repeat(auto-fit, minmax(34em, 1fr)); }
      img { width: 100%; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      td, th { padding: .25em .6em; border-bottom: 1px solid #e6e9ec; text-align: right; }
      td:first-child, th:first-child { text-align: left; }
      </style>
      <h1>Sealane benchmark</h1>
      """;
}
