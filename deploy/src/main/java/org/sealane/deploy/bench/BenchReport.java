package org.sealane.deploy.bench;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.sealane.deploy.bench.BenchResult.Run;
import org.sealane.deploy.json.Json;

/**
 * Writes a result as a folder: {@code bench.json}, one PNG for each plot and {@code bench.html}
 * that shows them above the table of every run. The page needs nothing from elsewhere.
 */
public final class BenchReport {
  private static final int WIDTH_PIXELS = 900;
  private static final int HEIGHT_PIXELS = 540;

  private final BenchResult result;

  public BenchReport(BenchResult result) {
    this.result = result;
  }

  /** Writes the report, replacing an earlier one, and returns the page. */
  public Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("bench.json"), Json.pretty(result));
    List<String> images = new ArrayList<>();
    for (Plot plot : plots()) {
      String name = plot.name() + ".png";
      ImageIO.write(image(chart(plot)), "png", directory.resolve(name).toFile());
      images.add(name);
    }
    Path page = directory.resolve("bench.html");
    Files.writeString(page, html(images));
    return page;
  }

  private record Plot(
      String name, String title, String unit, List<Run> runs, ToDoubleFunction<Run> value) {}

  /** One plot of throughput and one of CPU cost for each kind, operation and depth. */
  private List<Plot> plots() {
    Map<String, List<Run>> groups = new TreeMap<>();
    for (Run run : result.runs()) {
      groups
          .computeIfAbsent(
              "%s-%s-depth%d".formatted(run.kind(), run.op(), run.queueDepth()),
              _ -> new ArrayList<>())
          .add(run);
    }
    List<Plot> plots = new ArrayList<>();
    groups.forEach((group, runs) -> {
      plots.add(
          new Plot(
              "throughput-" + group,
              "Throughput, " + group.replace('-', ' '),
              "GB/s",
              runs,
              run -> run.bytesPerSecond() / 1e9));
      plots.add(
          new Plot(
              "cpu-" + group,
              "CPU cost of both sides, " + group.replace('-', ' '),
              "CPU seconds per GB",
              runs,
              Run::cpuSecondsPerGigabyte));
    });
    return plots;
  }

  private XYChart chart(Plot plot) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .title(plot.title())
            .xAxisTitle("block, KiB")
            .yAxisTitle(plot.unit())
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(0.0);
    Map<String, TreeMap<Double, Double>> series = new LinkedHashMap<>();
    for (Run run : plot.runs()) {
      series
          .computeIfAbsent(label(run), _ -> new TreeMap<>())
          .put(run.blockBytes() / 1024.0, plot.value().applyAsDouble(run));
    }
    series.forEach((name, points) ->
        chart.addSeries(name, new ArrayList<>(points.keySet()), new ArrayList<>(points.values())));
    return chart;
  }

  private static BufferedImage image(XYChart chart) {
    BufferedImage image =
        new BufferedImage(WIDTH_PIXELS, HEIGHT_PIXELS, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    chart.paint(graphics, WIDTH_PIXELS, HEIGHT_PIXELS);
    graphics.dispose();
    return image;
  }

  private static String label(Run run) {
    String algorithm = run.cipher() != null ? run.cipher() : run.signing();
    return run.transport()
        + ":"
        + run.provider()
        + " "
        + run.level()
        + (algorithm == null ? "" : " " + algorithm);
  }

  private String html(List<String> images) {
    StringBuilder page = new StringBuilder(HEAD);
    page.append(
        "<p>%s, %d cores, JDK %s</p>\n"
            .formatted(
                escape(result.machine().cpu()),
                result.machine().cores(),
                escape(result.machine().jdk())));
    page.append(
        ("<p>Limits of this machine in the same run: AES-128-GCM %.2f GB/s, memory copy %.2f GB/s,"
                + " raw TCP %.2f GB/s.</p>\n")
            .formatted(
                result.limits().aesGcmBytesPerSecond() / 1e9,
                result.limits().memoryCopyBytesPerSecond() / 1e9,
                result.limits().tcpBytesPerSecond() / 1e9));
    for (String image : images) {
      page.append("<img src=\"%s\" alt=\"%s\">\n".formatted(image, image));
    }
    page.append("<table>\n<tr><th>lane<th>op<th>block<th>depth<th>GB/s<th>of raw TCP<th>ops/s")
        .append("<th>p50 µs<th>p99 µs<th>max µs<th>first second GB/s<th>CPU s/GB<th>failed\n");
    result.runs().forEach(run -> page.append(row(run)));
    return page.append("</table>\n").toString();
  }

  private String row(Run run) {
    return ("<tr><td>%s %s<td>%s<td>%d<td>%d<td>%.3f<td>%.2f<td>%.0f<td>%.0f<td>%.0f<td>%.0f"
            + "<td>%.3f<td>%.2f<td>%d%n")
        .formatted(
            escape(run.kind()),
            escape(label(run)),
            run.op(),
            run.blockBytes(),
            run.queueDepth(),
            run.bytesPerSecond() / 1e9,
            run.bytesPerSecond() / result.limits().tcpBytesPerSecond(),
            run.iops(),
            run.latencyMicros().p50(),
            run.latencyMicros().p99(),
            run.latencyMicros().max(),
            run.firstSecondBytesPerSecond() / 1e9,
            run.cpuSecondsPerGigabyte(),
            run.failed());
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>Sealane benchmark</title>
      <style>
      body { font: 15px/1.4 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }
      img { max-width: 100%; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      td, th { padding: .2em .6em; border-bottom: 1px solid #ccc; text-align: right; }
      td:first-child, th:first-child { text-align: left; }
      </style>
      <h1>Sealane benchmark</h1>
      """;
}
