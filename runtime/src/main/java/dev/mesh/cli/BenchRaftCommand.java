package dev.mesh.cli;

import dev.mesh.cli.BenchClient.Counted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code mesh bench raft}: three peers, each a process of its own, replicate a counter through the
 * interface for applications; this process is the client, in a closed loop.
 */
@Command(
    name = "raft",
    mixinStandardHelpOptions = true,
    description = "Commands a second through a group of three peers, each a process of its own.")
final class BenchRaftCommand implements Callable<Integer> {
  /**
   * Short, so that a dead leader is missed soon; the peers that this is compared with use these.
   */
  private static final String FAST_ELECTIONS =
      """
      mesh.replication.raft {
        election-timeout-min = 150ms
        election-timeout-max = 300ms
        heartbeat-interval = 30ms
      }
      """;

  private static final int KILLS = 5;
  private static final int WARM_UP_STEP_SECONDS = 5;
  private static final int MAX_WARM_UP_STEPS = 24;

  /**
   * The peers are warm when so many steps in a row were no better than the best before by this
   * factor, neither in rate nor in the 99th percentile.
   */
  private static final int STEADY_STEPS = 3;

  private static final double BETTER = 1.05;
  private static final double TAIL = 0.99;

  private static final int FAILOVER_WARM_UP_OUTSTANDING = 16;
  private static final long LOOK_MILLIS = 50;

  @Spec private CommandSpec spec;
  @Mixin private BenchOptions options;

  @Option(
      names = "--failover",
      description =
          "Measure the time from kill -9 of the leader to the next commit instead: the median of 5.")
  private boolean failover;

  @Override
  public Integer call() {
    options.check(spec);
    try (BenchMesh mesh = new BenchMesh(failover ? FAST_ELECTIONS : "")) {
      mesh.start();
      return failover ? failover(mesh) : measure(mesh);
    }
  }

  private int measure(BenchMesh mesh) {
    Warm warm = warmUp(mesh, options.outstanding);
    try (BenchClient client = warm.client()) {
      Duration busyBefore = mesh.peers().processorTime();
      long syncsBefore = mesh.syncs();
      long counterBefore = client.take().lastCounter();
      LocalMesh.pause(options.duration().toMillis());
      Counted counted = client.take();
      Duration busy = mesh.peers().processorTime().minus(busyBefore);
      Map<String, Double> costs = new LinkedHashMap<>();
      costs.put("fsyncsPerSecond", (mesh.syncs() - syncsBefore) / counted.seconds());
      costs.put("serverCpuMicrosPerOp", busy.toNanos() / 1e3 / counted.operations());
      costs.put("warmUpSeconds", (double) warm.steps() * WARM_UP_STEP_SECONDS);
      show("raft", counted, costs);
      return allApplied(counterBefore, counted) ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  /** A client whose peers are warm. */
  private record Warm(BenchClient client, int steps) {}

  private Warm warmUp(BenchMesh mesh, int outstanding) {
    BenchClient client = connect(mesh, outstanding);
    double bestRate = 0;
    double bestTail = Double.MAX_VALUE;
    int steadyFor = 0;
    for (int step = 1; ; step++) {
      LocalMesh.pause(Duration.ofSeconds(WARM_UP_STEP_SECONDS).toMillis());
      Counted counted = client.take();
      if (counted.errors() > 0) { // another peer leads by now
        client.close();
        client = connect(mesh, outstanding);
      }
      double rate = counted.perSecond();
      double tail = counted.latencies().percentileMillis(TAIL);
      boolean better = rate > bestRate * BETTER || tail * BETTER < bestTail;
      steadyFor = better ? 0 : steadyFor + 1;
      bestRate = Math.max(bestRate, rate);
      bestTail = Math.min(bestTail, tail);
      if (steadyFor == STEADY_STEPS || step == MAX_WARM_UP_STEPS) {
        return new Warm(client, step);
      }
    }
  }

  private BenchClient connect(BenchMesh mesh, int outstanding) {
    int port = mesh.front(mesh.awaitLeader()).orElseThrow();
    return new BenchClient(port, outstanding, options.payload);
  }

  /** What was acknowledged was counted by the machine: neither less nor twice. */
  private boolean allApplied(long counterBefore, Counted counted) {
    long applied = counted.lastCounter() - counterBefore;
    if (applied != counted.operations()) {
      Console.of(spec)
          .say("mesh: %d acknowledged but %d applied".formatted(counted.operations(), applied));
    }
    return applied == counted.operations();
  }

  private void show(String bench, Counted counted, Map<String, Double> costs) {
    new BenchFigures(
            bench,
            options,
            counted.operations(),
            counted.seconds(),
            counted.latencies(),
            "fsync at a majority of " + BenchMesh.REPLICAS,
            counted.errors(),
            costs)
        .show(Console.of(spec));
  }

  private int failover(BenchMesh mesh) {
    warmUp(mesh, FAILOVER_WARM_UP_OUTSTANDING).client().close();
    List<Long> millis = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      int leader = mesh.awaitLeader();
      millis.add(killAndCommit(mesh, leader));
      restart(mesh, leader);
    }
    List<Long> sorted = millis.stream().sorted().toList();
    Console console = Console.of(spec);
    if (options.json) {
      var json = Console.MAPPER.createObjectNode();
      json.put("bench", "raft-failover").put("medianMs", sorted.get(KILLS / 2));
      millis.forEach(json.putArray("ms")::add);
      json.put("electionTimeoutMs", "150-300");
      console.print(json);
    } else {
      console.print(
          "raft failover: kill -9 of the leader to the next commit, median of %d: %d ms  %s  (election time-outs 150 to 300 ms)"
              .formatted(KILLS, sorted.get(KILLS / 2), millis));
    }
    return ExitCode.DONE;
  }

  private static long killAndCommit(BenchMesh mesh, int leader) {
    List<Integer> others = new ArrayList<>();
    for (int peer = 0; peer < BenchMesh.REPLICAS; peer++) {
      if (peer != leader) {
        others.add(mesh.front(peer).orElseThrow());
      }
    }
    long start = System.nanoTime();
    mesh.peers().kill(leader);
    while (others.stream().noneMatch(port -> BenchMesh.ask(port, new byte[1]) > 0)) {
      LocalMesh.pause(1);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  /** And waits until the peer serves again, so that the next kill meets three replicas. */
  private static void restart(BenchMesh mesh, int peer) {
    mesh.forgetFront(peer);
    mesh.startAgain(peer);
    while (mesh.front(peer).isEmpty()) {
      LocalMesh.pause(LOOK_MILLIS);
    }
  }
}
