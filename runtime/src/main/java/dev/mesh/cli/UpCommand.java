package dev.mesh.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.mesh.node.MeshNode;
import dev.mesh.node.NodeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mesh up}: one peer, in this process, until it is told to stop. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Start a peer; it runs until Ctrl-C or a TERM signal.")
class UpCommand implements Callable<Integer> {
  private static final Pattern HOST_PORT = Pattern.compile("[^\\s:/@]+:\\d{1,5}");

  private static final String DEFAULT_DATA = "mesh-data";

  @Spec private CommandSpec spec;

  @Option(names = "--name", description = "What people call it; the first part of its id.")
  private String name;

  @Option(names = "--port", description = "Where other peers reach it (7600); 0 for a free port.")
  private Integer port;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      description = "Where clients reach it (7070); 0 for a free port.")
  private Integer http;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that holds all it knows (mesh-data).")
  private Path data;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "HOST:PORT",
      description = "Peers to begin with.")
  private List<String> seeds;

  @Option(names = "--expect", paramLabel = "N", description = "How many peers found the mesh.")
  private Integer expect;

  @Option(names = "--zone", description = "Where it stands: a rack, a room, a region.")
  private String zone;

  @Option(
      names = "--capabilities",
      split = ",",
      paramLabel = "A,B",
      description = "What it can do, for tasks that ask for it.")
  private List<String> capabilities;

  @Option(names = "--config", paramLabel = "FILE", description = "Settings in HOCON; options win.")
  private Path config;

  @Option(names = "--allow-exec", description = "Run commands that tasks of kind exec name.")
  private boolean allowExec;

  @Override
  public Integer call() {
    Config settings = MeshNode.configuration(overrides());
    try {
      MeshNode node = MeshNode.start(settings);
      Runtime.getRuntime().addShutdownHook(new Thread(node::close, "mesh-stop"));
      StopSignals.again(node::hurry);
      Console.of(spec)
          .say(
              "mesh: clients reach this peer at http:/" + node.httpAddress() + "; Ctrl-C stops it");
      started(node);
      node.ended().toCompletableFuture().join();
      return ExitCode.DONE;
    } catch (NodeException e) {
      boolean wrongSetting = e.getCause() instanceof ConfigException;
      throw new CliException(wrongSetting ? ExitCode.WRONG_USAGE : ExitCode.FAILED, e.getMessage());
    } catch (CompletionException e) {
      throw new CliException(ExitCode.FAILED, String.valueOf(e.getCause().getMessage()));
    }
  }

  /** For a command that does more with its peer. */
  void started(MeshNode node) {}

  final CommandSpec spec() {
    return spec;
  }

  final String name() {
    return name;
  }

  /** What the options and the file say, the options first. */
  Config overrides() {
    Map<String, Object> options = new HashMap<>();
    put(options, "mesh.peer-name", name);
    put(options, "pekko.remote.artery.canonical.port", checkPort("--port", port));
    put(options, "mesh.http.port", checkPort("--http", http));
    put(options, "mesh.data-dir", data == null ? null : data.toString());
    put(options, "mesh.seeds", checkSeeds());
    put(options, "mesh.expect", expect);
    put(options, "mesh.zone", zone);
    put(options, "mesh.capabilities", capabilities);
    put(options, "mesh.work.allow-exec", allowExec ? true : null);
    return ConfigFactory.parseMap(options, "options of mesh up")
        .withFallback(file())
        .withFallback(ConfigFactory.parseMap(withSeedsOnly()))
        .withFallback(ConfigFactory.parseMap(Map.of("mesh.data-dir", DEFAULT_DATA)));
  }

  /** Who names seeds and no number of founders is to join their mesh, not to found one. */
  private Map<String, Object> withSeedsOnly() {
    return seeds == null || seeds.isEmpty() ? Map.of() : Map.of("mesh.expect", 0);
  }

  private static void put(Map<String, Object> options, String key, Object value) {
    if (value != null) {
      options.put(key, value);
    }
  }

  private Integer checkPort(String option, Integer value) {
    if (value != null && (value < 0 || value > 65_535)) {
      throw usage(option + " " + value + " is not in 0 to 65535");
    }
    return value;
  }

  private List<String> checkSeeds() {
    if (seeds != null) {
      for (String seed : seeds) {
        if (!HOST_PORT.matcher(seed).matches()) {
          throw usage("--seeds '" + seed + "' is no host:port, like 10.0.0.5:7600");
        }
      }
    }
    return seeds;
  }

  private Config file() {
    if (config == null) {
      return ConfigFactory.empty();
    }
    if (!Files.isReadable(config)) {
      throw usage("--config '" + config + "' cannot be read; is the path right?");
    }
    try {
      return ConfigFactory.parseFile(config.toFile());
    } catch (ConfigException e) {
      throw usage("--config " + e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
