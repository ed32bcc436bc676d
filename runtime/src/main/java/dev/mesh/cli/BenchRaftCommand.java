package dev.mesh.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.Mesh;
import dev.mesh.node.MeshNode;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.journal.AppendBench;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code mesh bench raft}: three peers, each a process of its own, hold a group; this process is a
 * fourth peer that holds none and appends to it.
 */
@Command(
    name = "raft",
    mixinStandardHelpOptions = true,
    description = "Appends to a group of three peers, from a fourth that holds no copy of it.")
final class BenchRaftCommand implements Callable<Integer> {
  private static final int REPLICAS = 3;
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration WARM_UP = Duration.ofSeconds(8);

  @Spec private CommandSpec spec;
  @Mixin private BenchOptions options;

  @Override
  public Integer call() {
    options.check(spec);
    Path folder = BenchOptions.temporaryFolder();
    LocalMesh mesh = new LocalMesh(DemoCommand.peerCommand(), "", folder, REPLICAS);
    Thread onSignal = new Thread(mesh::stop, "bench-stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      mesh.startAll();
      mesh.awaitReady(READY);
      try (MeshNode client = MeshNode.start(client(mesh, folder))) {
        measure(mesh, client);
      }
      return ExitCode.DONE;
    } finally {
      mesh.stop();
      Folders.delete(folder);
      DemoCommand.forget(onSignal);
    }
  }

  /** The fourth peer founds nothing: it joins the others' mesh and holds no copy. */
  private static Config client(LocalMesh mesh, Path folder) {
    return MeshNode.configuration(
        ConfigFactory.parseMap(
            Map.of(
                "mesh.peer-name",
                "bench",
                "mesh.data-dir",
                folder.resolve("client").toString(),
                "mesh.seeds",
                mesh.seeds(),
                "mesh.expect",
                0,
                "mesh.node.leave-on-stop",
                false,
                "mesh.http.port",
                0,
                "pekko.remote.artery.canonical.port",
                0)));
  }

  private void measure(LocalMesh mesh, MeshNode client) {
    Mesh peer =
        client
            .mesh()
            .orElseThrow()
            .ready()
            .toCompletableFuture()
            .orTimeout(READY.toSeconds(), TimeUnit.SECONDS)
            .join();
    AppendBench.Load load =
        new AppendBench.Load(options.outstanding, options.payload, WARM_UP, options.duration());
    Duration before = mesh.processorTime();
    AppendBench.Result result =
        AppendBench.run(ReplicatedLogs.get(peer.system()).log(), new GroupId(1), load);
    Duration busy = mesh.processorTime().minus(before);
    double measured = (double) options.seconds / (options.seconds + WARM_UP.toSeconds());
    Map<String, Double> costs = new LinkedHashMap<>();
    costs.put("serverCpus", busy.toNanos() / 1e9 / (options.seconds + WARM_UP.toSeconds()));
    costs.put("serverCpuMicrosPerOp", busy.toNanos() / 1e3 * measured / result.operations());
    new BenchFigures(
            "raft",
            options,
            result.operations(),
            result.seconds(),
            result.latencies(),
            "fsync at a majority of " + REPLICAS,
            result.errors(),
            costs)
        .show(Console.of(spec));
  }
}
