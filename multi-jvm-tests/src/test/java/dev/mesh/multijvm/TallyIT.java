package dev.mesh.multijvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.testkit.Application;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application replicates a state machine of its own. Clients propose at several of its processes
 * while the leader is killed, another process joins, and one leaves.
 */
class TallyIT {
  private static final int FOUNDERS = 3;
  private static final int PROCESSES = 4;

  /** At each client, between one change and the next. */
  private static final int COMMANDS = 50;

  private static final long PAUSE_MILLIS = 5;

  @TempDir Path folder;

  private final List<Integer> remoting =
      IntStream.range(0, PROCESSES).mapToObj(i -> Ports.free()).toList();
  private final List<Application> processes = new ArrayList<>();
  private final List<TallyClient> clients = new ArrayList<>();
  private final ScheduledExecutorService load = Executors.newScheduledThreadPool(FOUNDERS);
  private final List<Future<?>> running = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    for (int i = 0; i < PROCESSES; i++) {
      String name = "tally-" + i;
      int port = Ports.free();
      Path file = folder.resolve(name + ".conf");
      Files.writeString(file, configuration(i, name, port), UTF_8);
      processes.add(new Application("TallyIT", name, "dev.mesh.multijvm.tally.Tally", file, port));
    }
  }

  private String configuration(int process, String name, int port) {
    String seeds =
        remoting.stream().map("\"127.0.0.1:%d\""::formatted).collect(Collectors.joining(", "));
    return """
        pekko.remote.artery.canonical.port = %d
        mesh { seeds = [%s], expect = %d, peer-name = "%s", data-dir = "%s" }
        tally.port = %d
        """
        .formatted(
            remoting.get(process),
            seeds,
            process < FOUNDERS ? FOUNDERS : 0,
            name,
            folder.resolve(name),
            port);
  }

  @AfterEach
  void end() {
    load.shutdownNow();
    processes.forEach(Application::close);
  }

  @Test
  void whatIsAcknowledgedIsAppliedOnceWhileLeadersDieAndReplicasMove() throws Exception {
    List<Application> founders = processes.subList(0, FOUNDERS);
    founders.forEach(Application::start);
    founders.forEach(founder -> founder.awaitAnswer("/self"));
    for (Application founder : founders) {
      TallyClient client = new TallyClient(founder.name(), founder);
      clients.add(client);
      running.add(
          load.scheduleWithFixedDelay(client::propose, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    }
    awaitProgress(clients);

    Application killed = leader(founders);
    killed.close();
    awaitProgress(without(killed));
    killed.start();
    awaitProgress(clients);

    Application joining = processes.get(FOUNDERS);
    joining.start();
    joining.awaitAnswer("/self");
    Application leaving = leader(founders);
    leaving.post("/leave");
    leaving.jvm().awaitExit(PeerProcess.PATIENCE);
    awaitProgress(without(leaving));

    load.shutdown();
    assertTrue(load.awaitTermination(PeerProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertTrue(running.stream().allMatch(Future::isCancelled), "a client has failed");
    List<Application> rest = new ArrayList<>(processes);
    rest.remove(leaving);
    assertHeldBy(rest);
    for (TallyClient client : clients) {
      rest.forEach(process -> client.check(answer(process, "/counts/" + client.name())));
    }
    assertSameAtAll(rest);
  }

  private List<TallyClient> without(Application process) {
    return clients.stream().filter(client -> !client.name().equals(process.name())).toList();
  }

  /** Waits until some more commands of each of these clients are acknowledged. */
  private static void awaitProgress(List<TallyClient> clients) {
    for (TallyClient client : clients) {
      int wanted = client.acknowledged() + COMMANDS;
      await("the next commands of " + client.name() + " are acknowledged")
          .atMost(PeerProcess.PATIENCE)
          .until(() -> client.acknowledged() >= wanted);
    }
  }

  /** Whoever leads in the eyes of one of these, each of which holds a replica. */
  private static Application leader(List<Application> among) {
    String id =
        await("there is a leader")
            .atMost(PeerProcess.PATIENCE)
            .until(
                () -> answer(among.get(0), "/leader"),
                leader ->
                    among.stream().anyMatch(process -> answer(process, "/self").equals(leader)));
    return among.stream()
        .filter(process -> answer(process, "/self").equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static String answer(Application process, String question) {
    return await(process.name() + " answers " + question)
        .atMost(PeerProcess.PATIENCE)
        .until(() -> process.get(question), Optional::isPresent)
        .orElseThrow();
  }

  /** These processes, and no others, come to vote in the group. */
  private static void assertHeldBy(List<Application> holders) {
    Set<String> ids =
        holders.stream().map(holder -> answer(holder, "/self")).collect(Collectors.toSet());
    for (Application holder : holders) {
      await("replicas at " + ids)
          .atMost(PeerProcess.PATIENCE)
          .untilAsserted(() -> assertEquals(ids, Set.of(answer(holder, "/voters").split(" "))));
    }
  }

  /** The replica at each process comes to hold what all hold, the one that was copied too. */
  private void assertSameAtAll(List<Application> holders) {
    for (TallyClient client : clients) {
      String counts = answer(holders.get(0), "/counts/" + client.name());
      for (Application holder : holders) {
        await(holder.name() + " holds what " + client.name() + " sent")
            .atMost(PeerProcess.PATIENCE)
            .untilAsserted(() -> assertEquals(counts, answer(holder, "/stale/" + client.name())));
      }
    }
  }
}
