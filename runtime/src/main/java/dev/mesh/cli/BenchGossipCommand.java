package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.MeshSettings;
import dev.mesh.peer.GossipSizes;
import dev.mesh.peer.HeartbeatSizes;
import dev.mesh.peer.OverlaySizes;
import dev.mesh.protocols.gossip.GossipSettings;
import dev.mesh.protocols.gossip.simulation.GossipSimulation;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.simulation.DetectionSimulation;
import dev.mesh.protocols.membership.simulation.OverlayFigures;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code mesh bench gossip}: the cores of a whole mesh on one thread, with a network between them
 * that loses messages; their sizes are those of the real serializer.
 */
@Command(
    name = "gossip",
    mixinStandardHelpOptions = true,
    description =
        "Simulate a whole mesh: rounds until all hold an update, bytes for a peer and round, the"
            + " error of aggregates; how soon failures are found, and how often wrongly; how the"
            + " overlay holds together.")
final class BenchGossipCommand implements Callable<Integer> {
  private static final int MAX_PEERS = 20_000;
  private static final int MAX_LOSS = 90;
  private static final int ZONES = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--peers",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Peers of the simulated mesh, 2 to " + MAX_PEERS + " (1000).")
  private int peers;

  @Option(
      names = "--loss",
      paramLabel = "P",
      defaultValue = "0",
      description = "Messages that are lost, in percent, 0 to " + MAX_LOSS + " (0).")
  private int loss;

  @Option(
      names = "--slow",
      paramLabel = "P",
      defaultValue = "0",
      description = "Peers that stall for seconds, again and again, in percent, 0 to 100 (0).")
  private int slow;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Decides all that is random: the same seed gives the same figures (1).")
  private long seed;

  @Option(names = "--json", description = "The figures as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    check("--peers", peers, 2, MAX_PEERS);
    check("--loss", loss, 0, MAX_LOSS);
    check("--slow", slow, 0, 100);
    Config config =
        ConfigFactory.parseString(
                "pekko { loglevel = OFF, loggers = [], use-slf4j = off, actor.provider = local }")
            .withFallback(ConfigFactory.load());
    ActorSystem<Void> serializing =
        ActorSystem.create(Behaviors.empty(), "mesh-bench-gossip", config);
    try {
      show(
          GossipFigures.measure(simulation(config, serializing)),
          detection(config, serializing),
          overlay(config, serializing));
      return ExitCode.DONE;
    } finally {
      serializing.terminate();
      serializing.getWhenTerminated().toCompletableFuture().join();
    }
  }

  private GossipSimulation simulation(Config config, ActorSystem<?> serializing) {
    GossipSettings settings = MeshSettings.of(config).gossip();
    return new GossipSimulation(
        peers,
        loss / 100.0,
        settings,
        new SplittableRandom(seed)::nextInt,
        new GossipSizes(serializing));
  }

  private DetectionReport detection(Config config, ActorSystem<?> serializing) {
    HeartbeatSettings settings = MeshSettings.of(config).heartbeat();
    return DetectionReport.measure(
        new DetectionSimulation.Setup(peers, loss / 100.0, slow / 100.0, settings),
        new SplittableRandom(seed)::nextInt,
        new HeartbeatSizes(serializing));
  }

  private OverlayReport overlay(Config config, ActorSystem<?> serializing) {
    return new OverlayReport(
        OverlayFigures.measure(
            new OverlayFigures.Setup(peers, ZONES, loss, MeshSettings.of(config).overlay()),
            new SplittableRandom(seed)::nextInt,
            new OverlaySizes(serializing)));
  }

  private void show(GossipFigures figures, DetectionReport detection, OverlayReport overlay) {
    Console console = Console.of(spec);
    if (json) {
      ObjectNode line = Console.MAPPER.createObjectNode();
      line.put("bench", "gossip");
      line.put("simulated", true);
      line.put("peers", peers);
      line.put("lossPercent", loss);
      line.put("seed", seed);
      figures.addTo(line);
      detection.addTo(line);
      overlay.addTo(line);
      console.print(line);
    } else {
      console.print("Simulated: " + peers + " peers, " + loss + "% of messages lost, seed " + seed);
      figures.lines().forEach(console::print);
      console.print("");
      detection.lines().forEach(console::print);
      console.print("");
      overlay.lines().forEach(console::print);
    }
  }

  private void check(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), option + " " + value + " is not in " + min + " to " + max);
    }
  }
}
