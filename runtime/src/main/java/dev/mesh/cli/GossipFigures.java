package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.protocols.gossip.simulation.GossipSimulation;
import dev.mesh.protocols.gossip.simulation.GossipSimulation.Aggregated;
import dev.mesh.protocols.gossip.simulation.GossipSimulation.Spread;
import dev.mesh.protocols.gossip.simulation.GossipSimulation.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * What a simulated mesh did: updates that spread one after the other, and one epoch of aggregation.
 *
 * @param quiet traffic while nothing is new
 */
record GossipFigures(int peers, Traffic quiet, List<Spread> spreads, Aggregated aggregated) {
  private static final int UPDATES = 5;
  private static final int QUIET_ROUNDS = 3;
  private static final int MAX_ROUNDS = 200;
  private static final double FACTOR = 1.5;
  private static final int ALLOWANCE = 3;

  GossipFigures {
    spreads = List.copyOf(spreads);
  }

  static GossipFigures measure(GossipSimulation mesh) {
    Traffic quiet = mesh.quiet(QUIET_ROUNDS);
    List<Spread> spreads = new ArrayList<>();
    for (int i = 0; i < UPDATES; i++) {
      spreads.add(mesh.spread(MAX_ROUNDS));
    }
    return new GossipFigures(mesh.size(), quiet, spreads, mesh.aggregate());
  }

  private double log2() {
    return Math.log(peers) / Math.log(2);
  }

  /** What is promised where nothing is lost. */
  private double bound() {
    return FACTOR * log2() + ALLOWANCE;
  }

  /** The most rounds that an update took; empty if one did not reach all. */
  private OptionalInt rounds() {
    boolean all = spreads.stream().allMatch(spread -> spread.rounds().isPresent());
    return all
        ? spreads.stream().mapToInt(spread -> spread.rounds().getAsInt()).max()
        : OptionalInt.empty();
  }

  private Traffic spreading() {
    return new Traffic(
        spreads.stream().mapToDouble(it -> it.traffic().messages()).average().orElseThrow(),
        spreads.stream().mapToDouble(it -> it.traffic().bytes()).average().orElseThrow());
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    OptionalInt most = rounds();
    lines.add(
        format(
            "An update reached all in %s rounds at most, of %d updates; log2 n is %.1f, 1.5 log2 n"
                + " + 3 is %.1f",
            most.isPresent() ? Integer.toString(most.getAsInt()) : "more than " + MAX_ROUNDS,
            spreads.size(),
            log2(),
            bound()));
    Table traffic = new Table("sent by a peer in a round", "messages", "bytes");
    row(traffic, "nothing new", quiet);
    row(traffic, "while updates spread", spreading());
    row(traffic, "aggregates", aggregated.traffic());
    lines.add("");
    lines.addAll(traffic.lines());
    lines.add("");
    lines.addAll(rounds(spreads.get(0)).lines());
    return lines;
  }

  private static void row(Table table, String name, Traffic sent) {
    table.row(name, format("%.2f", sent.messages()), format("%.0f", sent.bytes()));
  }

  private Table rounds(Spread first) {
    Table table = new Table("round", "hold the update", "mean off by", "count off by");
    for (int i = 0; i < aggregated.meanErrors().size(); i++) {
      List<Integer> holders = first.holders();
      table.row(
          i + 1,
          i < holders.size() ? holders.get(i) : holders.get(holders.size() - 1),
          percent(aggregated.meanErrors().get(i)),
          percent(aggregated.countErrors().get(i)));
    }
    return table;
  }

  private static String percent(double error) {
    return Double.isInfinite(error) ? "unknown" : format("%.4f%%", 100 * error);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  void addTo(ObjectNode json) {
    json.put("log2Peers", log2());
    json.put("boundRounds", bound());
    rounds().ifPresent(most -> json.put("rounds", most));
    ArrayNode holders = json.putArray("holdersByRound");
    spreads.get(0).holders().forEach(holders::add);
    ObjectNode traffic = json.putObject("sentByPeerAndRound");
    add(traffic.putObject("quiet"), quiet);
    add(traffic.putObject("spreading"), spreading());
    add(traffic.putObject("aggregates"), aggregated.traffic());
    ObjectNode aggregate = json.putObject("aggregate");
    aggregated.extremesKnown().ifPresent(round -> aggregate.put("extremesKnownInRound", round));
    errors(aggregate.putArray("meanErrorByRound"), aggregated.meanErrors());
    errors(aggregate.putArray("countErrorByRound"), aggregated.countErrors());
  }

  private static void add(ObjectNode json, Traffic sent) {
    json.put("messages", sent.messages());
    json.put("bytes", sent.bytes());
  }

  /** Unknown is null. */
  private static void errors(ArrayNode json, List<Double> errors) {
    for (double error : errors) {
      json.add(Double.isInfinite(error) ? null : error);
    }
  }
}
