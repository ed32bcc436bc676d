package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The outcome of a bench, as one line.
 *
 * @param durability what an acknowledged operation survives
 * @param costs further figures by name, each measured in this run
 */
record BenchFigures(
    String bench,
    BenchOptions options,
    long operations,
    double seconds,
    Latencies latencies,
    String durability,
    long errors,
    Map<String, Double> costs) {

  BenchFigures {
    costs = new LinkedHashMap<>(costs);
  }

  void show(Console console) {
    if (options.json) {
      console.print(json());
    } else {
      StringBuilder line =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "%s  %d outstanding, %d bytes: %,.0f ops/s  p50 %.2f ms  p99 %.2f ms",
                  bench,
                  options.outstanding,
                  options.payload,
                  operations / seconds,
                  latencies.percentileMillis(0.5),
                  latencies.percentileMillis(0.99)));
      costs.forEach(
          (name, value) -> line.append(String.format(Locale.ROOT, "  %s %,.1f", name, value)));
      console.print(line + "  errors " + errors + "  (" + durability + ")");
    }
  }

  private ObjectNode json() {
    ObjectNode json = Console.MAPPER.createObjectNode();
    json.put("bench", bench);
    json.put("outstanding", options.outstanding);
    json.put("payloadBytes", options.payload);
    json.put("seconds", seconds);
    json.put("opsPerSecond", operations / seconds);
    json.put("p50Ms", latencies.percentileMillis(0.5));
    json.put("p99Ms", latencies.percentileMillis(0.99));
    json.put("p999Ms", latencies.percentileMillis(0.999));
    json.put("durability", durability);
    json.put("errors", errors);
    costs.forEach(json::put);
    return json;
  }
}
