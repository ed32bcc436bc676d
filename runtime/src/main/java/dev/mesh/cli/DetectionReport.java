package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.protocols.Draws;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.simulation.DetectionFigures;
import dev.mesh.protocols.membership.simulation.DetectionFigures.Times;
import dev.mesh.protocols.membership.simulation.DetectionSimulation.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** How soon a simulated mesh found failures, how often wrongly, and what that cost. */
record DetectionReport(DetectionFigures figures) {
  private static final int CRASHES_OF = 100;
  private static final int MAX_CRASHES = 20;

  /** All peers' quiet time together: large meshes take as long to simulate as small ones. */
  private static final long QUIET_PEER_SECONDS = 60_000;

  private static final long MIN_QUIET_SECONDS = 30;
  private static final long MAX_QUIET_SECONDS = 600;

  static DetectionReport measure(Setup setup, Draws draws, ToIntFunction<Heartbeat> bytesOf) {
    long quiet =
        Math.max(
            MIN_QUIET_SECONDS, Math.min(MAX_QUIET_SECONDS, QUIET_PEER_SECONDS / setup.peers()));
    int crashes = Math.max(1, Math.min(MAX_CRASHES, setup.peers() / CRASHES_OF));
    return new DetectionReport(
        DetectionFigures.measure(setup, Duration.ofSeconds(quiet), crashes, draws, bytesOf));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "Heartbeats every %s s, time-out %s s, %.0f%% of peers slow; %d crashed:",
            seconds(figures.setup().settings().interval()),
            seconds(figures.setup().settings().timeout()),
            100 * figures.setup().slow(),
            figures.crashes()));
    Table times = new Table("seconds from a crash until", "median", "99%", "longest");
    row(times, "somebody suspects it", figures.suspected());
    row(times, "a quorum has confirmed it", figures.confirmed());
    row(times, "all know", figures.known());
    lines.addAll(times.lines());
    if (figures.unknown() > 0) {
      lines.add(format("Not known to all in time: %d", figures.unknown()));
    }
    lines.add(
        format(
            "Wrong, for a peer and hour: %.3f suspicions, %.3f failures (over %.0f peer-hours)",
            figures.falseSuspicions(), figures.falseFailures(), figures.peerHours()));
    lines.add(
        format(
            "Sent by a peer in a second: %.1f messages, %.0f bytes; the busiest sends and takes %.1f"
                + " messages",
            figures.messages(), figures.bytes(), figures.busiest()));
    return lines;
  }

  void addTo(ObjectNode json) {
    ObjectNode detection = json.putObject("detection");
    detection.put("slowPercent", 100 * figures.setup().slow());
    detection.put("intervalSeconds", figures.setup().settings().interval().toMillis() / 1e3);
    detection.put("timeoutSeconds", figures.setup().settings().timeout().toMillis() / 1e3);
    detection.put("crashes", figures.crashes());
    add(detection, "suspectedSeconds", figures.suspected());
    add(detection, "confirmedSeconds", figures.confirmed());
    add(detection, "knownToAllSeconds", figures.known());
    detection.put("notKnownToAll", figures.unknown());
    detection.put("peerHours", figures.peerHours());
    detection.put("falseSuspicionsPerPeerHour", figures.falseSuspicions());
    detection.put("falseFailuresPerPeerHour", figures.falseFailures());
    detection.put("messagesPerPeerAndSecond", figures.messages());
    detection.put("bytesPerPeerAndSecond", figures.bytes());
    detection.put("messagesOfBusiestPerSecond", figures.busiest());
  }

  private static void add(ObjectNode json, String name, Optional<Times> times) {
    times.ifPresent(
        it -> {
          ObjectNode node = json.putObject(name);
          node.put("median", it.median().toMillis() / 1e3);
          node.put("p99", it.percentile99().toMillis() / 1e3);
          node.put("longest", it.longest().toMillis() / 1e3);
        });
  }

  /** What did not happen is unknown. */
  private static void row(Table table, String name, Optional<Times> times) {
    table.row(
        name,
        times.map(it -> seconds(it.median())).orElse("-"),
        times.map(it -> seconds(it.percentile99())).orElse("-"),
        times.map(it -> seconds(it.longest())).orElse("-"));
  }

  private static String seconds(Duration time) {
    return format("%.1f", time.toMillis() / 1e3);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
