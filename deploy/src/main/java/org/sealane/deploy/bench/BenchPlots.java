package org.sealane.deploy.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.sealane.deploy.bench.BenchResult.Run;

/**
 * Throughput, and processor seconds a gigabyte, against block size: a plot of each for every kind,
 * operation and depth. A level has its color, a transport its line, a further cipher its marker.
 */
final class BenchPlots {
  private static final int WIDTH_PIXELS = 960;
  private static final int HEIGHT_PIXELS = 460;

  /** Drawn finer than shown, for screens that have the dots. */
  private static final int SCALE = 2;

  private static final double LOG_2 = Math.log(2);
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  private static final Map<String, Color> LEVEL_COLORS =
      Map.of(
          "clear", new Color(0x5A6B7B),
          "sign", new Color(0xD98324),
          "encrypt", new Color(0x0B7A75));
  private static final Color LIMIT_COLOR = new Color(0xA9B1B8);
  private static final Color GRID_COLOR = new Color(0xE6E9EC);
  private static final Color TEXT_COLOR = new Color(0x2B3138);

  private static final List<Marker> CIPHER_MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.SQUARE,
          SeriesMarkers.TRIANGLE_UP);

  private static final BasicStroke SOLID = stroke(2.4f);
  private static final BasicStroke DASHED = stroke(2.4f, 8, 6);
  private static final BasicStroke DOTTED = stroke(1.4f, 2, 4);

  /**
   * A picture.
   *
   * @param group which cells it shows, as a part of file names
   * @param name of its file, without suffix
   */
  record Plot(String group, String name, String title, BufferedImage image) {}

  private final BenchResult result;

  BenchPlots(BenchResult result) {
    this.result = result;
  }

  /** All plots, those of one group behind each other. */
  List<Plot> draw() {
    Map<String, List<Run>> groups = new TreeMap<>();
    for (Run run : result.runs()) {
      groups
          .computeIfAbsent(
              "%s-%s-depth%02d".formatted(run.kind(), run.op(), run.queueDepth()),
              _ -> new ArrayList<>())
          .add(run);
    }
    List<Plot> plots = new ArrayList<>();
    groups.forEach((group, runs) -> {
      plots.add(throughput(group, runs));
      plots.add(cost(group, runs));
    });
    return plots;
  }

  private Plot throughput(String group, List<Run> runs) {
    XYChart chart = chart(title("Throughput", runs), "GB/s");
    chart.getStyler().setYAxisMin(0.0);
    addRuns(chart, runs, run -> run.bytesPerSecond() / 1e9);
    addLimit(chart, runs, "raw TCP, one stream", result.limits().tcpBytesPerSecond() / 1e9);
    return plot(group, "throughput-" + group, chart);
  }

  /** Small blocks cost a hundred times what large ones do, so the scale is logarithmic. */
  private Plot cost(String group, List<Run> runs) {
    XYChart chart = chart(title("Processor cost of both sides", runs), "CPU seconds per GB");
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(BenchPlots::shortNumber);
    addRuns(
        chart,
        runs.stream().filter(run -> run.cpuSecondsPerGigabyte() > 0).toList(),
        Run::cpuSecondsPerGigabyte);
    return plot(group, "cpu-" + group, chart);
  }

  private static String title(String what, List<Run> runs) {
    Run any = runs.getFirst();
    return "%s: %ss of %s, %d under way"
        .formatted(what, any.op(), any.kind().equals("csv") ? "files" : "blocks", any.queueDepth());
  }

  private static XYChart chart(String title, String unit) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .title(title)
            .xAxisTitle("block size")
            .yAxisTitle(unit)
            .build();
    XYStyler styler = chart.getStyler();
    styler
        .setChartBackgroundColor(Color.WHITE)
        .setChartFontColor(TEXT_COLOR)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartTitleBoxVisible(false)
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16))
        .setChartPadding(14)
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendLayout(LegendLayout.Vertical)
        .setLegendBorderColor(Color.WHITE)
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setLegendSeriesLineLength(30)
        .setMarkerSize(7);
    styler
        .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setPlotGridLinesColor(GRID_COLOR)
        .setPlotGridLinesStroke(stroke(1))
        .setAxisTickMarksColor(GRID_COLOR)
        .setXAxisTickLabelsFormattingFunction(BenchPlots::tickLabel);
    return chart;
  }

  private void addRuns(XYChart chart, List<Run> runs, ToDoubleFunction<Run> value) {
    List<String> ciphers =
        runs.stream().map(Run::cipher).filter(cipher -> cipher != null).distinct().toList();
    Map<String, TreeMap<Double, Double>> points = new LinkedHashMap<>();
    Map<String, Run> first = new LinkedHashMap<>();
    for (Run run : runs) {
      // One cipher is named in the table; several tell curves from each other.
      String label =
          ciphers.size() > 1 ? BenchReport.label(run) : BenchReport.withoutAlgorithm(run);
      points
          .computeIfAbsent(label, _ -> new TreeMap<>())
          .put(exponent(run), value.applyAsDouble(run));
      first.putIfAbsent(label, run);
    }
    points.forEach((label, at) -> {
      Run run = first.get(label);
      XYSeries series =
          chart.addSeries(label, new ArrayList<>(at.keySet()), new ArrayList<>(at.values()));
      Color color = LEVEL_COLORS.getOrDefault(run.level(), TEXT_COLOR);
      int cipher = run.cipher() == null ? 0 : ciphers.indexOf(run.cipher());
      series.setLineColor(color);
      series.setLineStyle(run.transport().equals("tcp") ? DASHED : SOLID);
      series.setMarkerColor(color);
      series.setMarker(CIPHER_MARKERS.get(cipher % CIPHER_MARKERS.size()));
    });
  }

  private static void addLimit(XYChart chart, List<Run> runs, String label, double value) {
    List<Double> ends = runs.stream().map(BenchPlots::exponent).toList();
    XYSeries series =
        chart.addSeries(
            label, List.of(Collections.min(ends), Collections.max(ends)), List.of(value, value));
    series.setLineColor(LIMIT_COLOR);
    series.setLineStyle(DOTTED);
    series.setMarker(SeriesMarkers.NONE);
  }

  private static double exponent(Run run) {
    return Math.log(run.blockBytes()) / LOG_2;
  }

  /** Of the axis of exponents: whole powers of two have a name, what lies between has none. */
  private static String tickLabel(double exponent) {
    long whole = Math.round(exponent);
    boolean named = Math.abs(exponent - whole) < 1e-6 && whole >= 0 && whole < Integer.SIZE - 1;
    return named ? blockLabel(1 << whole) : " ";
  }

  private static String shortNumber(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(2)).stripTrailingZeros().toPlainString();
  }

  /** A block's size in the largest unit that has it in whole. */
  static String blockLabel(int bytes) {
    if (bytes % MIB == 0) {
      return bytes / MIB + " MiB";
    }
    return bytes % KIB == 0 ? bytes / KIB + " KiB" : bytes + " B";
  }

  private static Plot plot(String group, String name, XYChart chart) {
    BufferedImage image =
        new BufferedImage(SCALE * WIDTH_PIXELS, SCALE * HEIGHT_PIXELS, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(SCALE, SCALE);
    chart.paint(graphics, WIDTH_PIXELS, HEIGHT_PIXELS);
    graphics.dispose();
    return new Plot(group, name, chart.getTitle(), image);
  }

  private static BasicStroke stroke(float width, float... dash) {
    return new BasicStroke(
        width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dash.length == 0 ? null : dash, 0);
  }
}
