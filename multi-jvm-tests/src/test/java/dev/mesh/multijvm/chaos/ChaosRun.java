package dev.mesh.multijvm.chaos;

import static org.awaitility.Awaitility.await;

import dev.mesh.multijvm.history.Answer;
import dev.mesh.multijvm.history.Call;
import dev.mesh.multijvm.history.HistoryReader;
import dev.mesh.multijvm.history.HistoryRecorder;
import dev.mesh.multijvm.history.LinearizabilityChecker;
import dev.mesh.multijvm.history.Operation;
import dev.mesh.multijvm.history.Verdict;
import dev.mesh.multijvm.testkit.PeerAddress;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients use the shared memory while its leaders suffer one fault after another. While a fault
 * lasts, the unharmed peers must take writes; after it, all must take writes, and then comes the
 * next, whether or not the cluster is whole again. In the end every peer is read, and the history
 * of all that the clients were answered must be linearizable. Used by one thread.
 */
final class ChaosRun {
  private static final Logger LOG = LoggerFactory.getLogger(ChaosRun.class);
  private static final Path HISTORIES = Path.of("target", "histories");
  private static final Duration POLL = Duration.ofMillis(100);

  /** Above an election, so that most clients are answered; below the patience of the peers. */
  private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(2);

  private static final int CLIENTS = 8;
  private static final int KEYS = 3;
  private static final Duration PAUSE = Duration.ofMillis(10);

  /** How long a fault lasts, and how long the load goes on after it: more than an election. */
  private static final Duration AT_LEAST = Duration.ofSeconds(2);

  /** How many writes through a peer show that it works. */
  private static final int PROGRESS = 8;

  private final String name;
  private final TestMesh mesh;
  private final List<PeerAddress> addresses;
  private int rounds;

  /**
   * @param name of the files with the histories
   * @param mesh whose peers are all well
   */
  ChaosRun(String name, TestMesh mesh) {
    this.name = name;
    this.mesh = mesh;
    this.addresses = mesh.peers().stream().map(PeerProcess::address).toList();
  }

  /**
   * Lets every fault happen once, in this order, and again until {@code atLeast} is over.
   *
   * @throws AssertionError if a history is not linearizable, or is too hard to judge, or peers that
   *     should work do not
   */
  void suffer(List<Fault> faults, Duration atLeast) {
    long end = System.nanoTime() + atLeast.toNanos();
    do {
      round(faults);
    } while (System.nanoTime() < end);
  }

  private void round(List<Fault> faults) {
    String namespace = name + "-" + ++rounds;
    Path file = HISTORIES.resolve(namespace + ".jsonl");
    Leaders leaders = new Leaders(mesh, namespace);
    MemoryLoad.Shape shape = new MemoryLoad.Shape(CLIENTS, KEYS, PAUSE, rounds);
    try (HistoryRecorder recorder = HistoryRecorder.in(file);
        MemoryHttp http = new MemoryHttp(namespace, CLIENT_PATIENCE);
        MemoryLoad load = MemoryLoad.start(http, recorder, addresses, shape)) {
      awaitProgress(load, leaders.all());
      for (Fault fault : faults) {
        int leader = leaders.await(leaders.all(), Leaders.NONE);
        Fault.Strike strike = fault.strike(leader);
        note(recorder, strike.what());
        if (strike.leaderLost()) {
          leaders.await(strike.unharmed(), leader);
        }
        awaitProgress(load, strike.unharmed());
        strike.cure().run();
        note(recorder, "no longer: " + strike.what());
        awaitProgress(load, leaders.all());
      }
      load.stop();
      readAll(http, recorder, load.keys());
    }
    judge(file);
  }

  private static void note(HistoryRecorder recorder, String text) {
    LOG.info(text);
    recorder.note(text);
  }

  /** Waits until each of these peers has taken some writes from now on. */
  private static void awaitProgress(MemoryLoad load, List<Integer> peers) {
    long[] before = peers.stream().mapToLong(load::written).toArray();
    await("writes through the peers " + peers)
        .atMost(PeerProcess.PATIENCE)
        .pollDelay(AT_LEAST)
        .pollInterval(POLL)
        .failFast(load::check)
        .until(
            () ->
                IntStream.range(0, before.length)
                    .allMatch(i -> load.written(peers.get(i)) >= before[i] + PROGRESS));
  }

  /** Reads every key through every peer; each read must succeed in the end. */
  private void readAll(MemoryHttp http, HistoryRecorder recorder, List<String> keys) {
    for (int peer = 0; peer < addresses.size(); peer++) {
      PeerAddress address = addresses.get(peer);
      int client = CLIENTS + peer;
      for (String key : keys) {
        await("a read through " + mesh.peer(peer).name())
            .atMost(PeerProcess.PATIENCE)
            .pollInterval(POLL)
            .until(() -> read(http, recorder, client, address, key));
      }
    }
  }

  private static boolean read(
      MemoryHttp http, HistoryRecorder recorder, int client, PeerAddress address, String key) {
    Call call = new Call.Get(key);
    long number = recorder.called(client, address.base().getAuthority(), call);
    Answer answer = http.send(address, call);
    recorder.answered(number, answer);
    return answer instanceof Answer.Found || answer instanceof Answer.Absent;
  }

  private static void judge(Path file) {
    List<Operation> history = HistoryReader.read(file);
    long unknown = history.stream().filter(Operation::isUnknown).count();
    long failed = history.stream().filter(o -> o.answer() instanceof Answer.Failed).count();
    Verdict verdict = LinearizabilityChecker.forMemory().check(history);
    LOG.info(
        "{}: {} operations, {} of them failed, {} of unknown outcome: {}",
        file,
        history.size(),
        failed,
        unknown,
        verdict);
    if (!(verdict instanceof Verdict.Linearizable)) {
      throw new AssertionError(file + ":\n" + verdict);
    }
  }
}
