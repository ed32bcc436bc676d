package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mesh peers}: lists the peers. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description = "List the peers as the one that is asked sees them.")
final class PeersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    JsonNode peers = mesh.client().get("/v1/peers");
    if (mesh.json()) {
      peers.forEach(console::print);
      return ExitCode.DONE;
    }
    Table table =
        new Table(
            "id",
            "address",
            "zone",
            "status",
            "latency",
            "reputation",
            "neighbours",
            "capabilities",
            "load");
    for (JsonNode peer : peers) {
      String capabilities = list(peer.path("capabilities"));
      String neighbours = list(peer.path("neighbours"));
      JsonNode reputation = peer.path("reputation");
      String load =
          peer.path("load").properties().stream()
              .map(entry -> entry.getKey() + "=" + figure(entry.getValue().asDouble()))
              .collect(Collectors.joining(" "));
      table.row(
          peer.path("id").asText(),
          peer.path("address").asText(),
          TaskText.orDash(peer.path("zone")),
          status(peer),
          peer.has("latencyMs") ? figure(peer.path("latencyMs").asDouble()) + " ms" : "-",
          reputation.isNumber() ? figure(reputation.asDouble()) : "-",
          neighbours.isEmpty() ? "-" : neighbours,
          capabilities.isEmpty() ? "-" : capabilities,
          load.isEmpty() ? "-" : load);
    }
    table.lines().forEach(console::print);
    return ExitCode.DONE;
  }

  private static String status(JsonNode peer) {
    String status = peer.path("status").asText();
    return peer.has("why") ? status + " (" + peer.path("why").asText() + ")" : status;
  }

  private static String list(JsonNode texts) {
    return StreamSupport.stream(texts.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(","));
  }

  /** At most two places, and none that say nothing. */
  private static String figure(double value) {
    return BigDecimal.valueOf(value)
        .setScale(2, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
