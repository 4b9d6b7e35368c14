package org.sealane.deploy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sealane.deploy.admin.DocumentMessages.NodeTimes;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.bench.BenchReport;
import org.sealane.deploy.bench.BenchResult;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.status.ClusterStatus;

/** What a demo showed, and how it is written down. */
public record DemoResult(
    ClusterStatus status,
    List<DemoFiles.Compared> compared,
    DemoTurns.Turned turned,
    List<DemoWire.Look> looks,
    BenchResult bench) {

  public DemoResult {
    compared = List.copyOf(compared);
    looks = List.copyOf(looks);
  }

  /** Writes {@code index.html}, {@code demo.json} and the benchmark's report; returns the page. */
  public Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    new BenchReport(bench).write(directory);
    Files.writeString(directory.resolve("demo.json"), Json.pretty(this));
    Path page = directory.resolve("index.html");
    Files.writeString(page, html());
    return page;
  }

  private String html() {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("<h2>Files and blocks</h2>\n<table>\n")
        .append("<tr><th>what<th>bytes<th>in by<th>out by<th>SHA-256\n");
    for (DemoFiles.Compared c : compared) {
      row(page, c.what(), c.bytes(), c.writtenThrough(), c.readThrough(), c.sha256());
    }
    page.append("</table>\n<h2>Turns under load</h2>\n<table>\n")
        .append("<tr><th>epoch<th>turn<th>ms<th>node<th>accepted<th>drained<th>enforced\n");
    for (Turn turn : turned.turns()) {
      for (NodeTimes node : turn.nodes()) {
        row(
            page,
            turn.epoch(),
            turn.from().csv() + " to " + turn.to().csv(),
            turn.elapsedMillis(),
            node.node(),
            node.acceptedAt(),
            node.drainedAt(),
            node.enforcedAt());
      }
    }
    page.append("</table>\n<table>\n<tr><th>load<th>operations<th>longest ms<th>failed\n");
    for (DemoTurns.Ran load : turned.loads()) {
      row(
          page,
          load.what(),
          load.measured().operations(),
          Math.round(load.measured().latencyMicros().max() / 1e3),
          load.measured().failed());
    }
    page.append("</table>\n<h2>On the wire</h2>\n<table>\n")
        .append("<tr><th>volume<th>level<th>bytes<th>sealed frames<th>plain frames<th>canary\n");
    for (DemoWire.Look look : looks) {
      row(
          page,
          look.volume(),
          look.level(),
          look.seen().bytes(),
          look.seen().sealedFrames(),
          look.seen().plainFrames(),
          look.seen().canaries());
    }
    return page.append("</table>\n<p><a href=\"bench.html\">The benchmark</a></p>\n").toString();
  }

  private static void row(StringBuilder page, Object... cells) {
    page.append("<tr>");
    for (Object cell : cells) {
      page.append("<td>").append(cell == null ? "" : cell.toString().replace("<", "&lt;"));
    }
    page.append('\n');
  }

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>Sealane demo</title>
      <style>
      body { font: 15px/1.4 sans-serif; max-width: 80em; margin: 2em auto; padding: 0 1em; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1em 0; }
      td, th { padding: .2em .6em; border-bottom: 1px solid #ccc; text-align: left; }
      </style>
      <h1>Sealane demo</h1>
      """;
}
