package dev.mesh.persistence.replicated.journal;

import static dev.mesh.persistence.replicated.journal.LocalLog.Fault.ANSWER_LOST;
import static dev.mesh.persistence.replicated.journal.LocalLog.Fault.REQUEST_LOST;
import static dev.mesh.persistence.replicated.journal.LocalLog.Fault.TWICE;
import static dev.mesh.persistence.replicated.journal.LocalLog.Fault.UNAVAILABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event-sourced actors on the replicated plugins: what they see of faults and of each other. */
class ReplicatedPluginsTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
          """
          pekko.loglevel = ERROR
          pekko.persistence.journal.plugin = "mesh.persistence.replicated.journal"
          pekko.persistence.snapshot-store.plugin = "mesh.persistence.replicated.snapshot-store"
          mesh.replication.max-command-bytes = 8 KiB
          mesh.persistence.replicated {
            retry-timeout = 5s
            snapshot-store.part = 1 KiB
          }
          """);

  @TempDir Path folder;

  private final ActorTestKit kit = ActorTestKit.create(CONFIG.withFallback(ConfigFactory.load()));
  private final TestProbe<List<String>> probe = kit.createTestProbe();
  private LocalGroup group;

  @BeforeEach
  void start() {
    group = new LocalGroup(folder);
    ReplicatedLogs.get(kit.system()).register(group.log);
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    group.close();
  }

  private ActorRef<Notebook.Command> notebook(String id) {
    return kit.spawn(Notebook.create(id));
  }

  private List<String> lines(ActorRef<Notebook.Command> of) {
    of.tell(new Notebook.Read(probe.getRef()));
    return probe.receiveMessage();
  }

  private List<String> write(ActorRef<Notebook.Command> to, String... lines) {
    to.tell(new Notebook.Write(List.of(lines), probe.getRef()));
    return probe.receiveMessage();
  }

  private void stopAndWait(ActorRef<Notebook.Command> actor) {
    kit.stop(actor);
  }

  private void expectStopped(ActorRef<Notebook.Command> actor) {
    kit.createTestProbe().expectTerminated(actor, Duration.ofSeconds(10));
  }

  @Test
  void anActorThatComesBackIsAsItWas() {
    ActorRef<Notebook.Command> first = notebook("n");
    write(first, "a", "b");
    write(first, "c");
    stopAndWait(first);
    assertEquals(List.of("a", "b", "c"), lines(notebook("n")));
  }

  @Test
  void snapshotsOfManyPartsAndDeletedEventsAreRecovered() {
    ActorRef<Notebook.Command> first = notebook("n");
    String line = "x".repeat(500);
    for (int i = 0; i < 3 * Notebook.SNAPSHOT_EVERY; i++) {
      write(first, i + line);
    }
    List<String> all = write(first, "last");
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(10),
            () -> {
              MachineProbe machine = new MachineProbe(group.machine);
              assertTrue(machine.snapshots("n").get(0).parts() > 1);
              assertTrue(machine.header("n").deletedTo() > 0);
              return true;
            });
    stopAndWait(first);
    assertEquals(all, lines(notebook("n")));
  }

  @Test
  void theFirstOfTwoWritersIsFenced() {
    ActorRef<Notebook.Command> first = notebook("n");
    write(first, "a");
    ActorRef<Notebook.Command> second = notebook("n");
    assertEquals(List.of("a"), lines(second));
    write(second, "b");
    first.tell(new Notebook.Write(List.of("x"), probe.getRef()));
    expectStopped(first);
    assertEquals(List.of("a", "b", "c"), write(second, "c"));
    stopAndWait(second);
    assertEquals(List.of("a", "b", "c"), lines(notebook("n")));
  }

  @Test
  void aWriterOfAnotherPeerIsFencedByARecoveryAlone() {
    ActorTestKit other = ActorTestKit.create("other", CONFIG.withFallback(ConfigFactory.load()));
    try {
      ReplicatedLogs.get(other.system()).register(group.log);
      ActorRef<Notebook.Command> first = notebook("n");
      write(first, "a");
      TestProbe<List<String>> there = other.createTestProbe();
      ActorRef<Notebook.Command> second = other.spawn(Notebook.create("n"));
      second.tell(new Notebook.Read(there.getRef()));
      assertEquals(List.of("a"), there.receiveMessage());
      first.tell(new Notebook.Write(List.of("x"), probe.getRef()));
      expectStopped(first);
      second.tell(new Notebook.Write(List.of("b"), there.getRef()));
      assertEquals(List.of("a", "b"), there.receiveMessage());
    } finally {
      other.shutdownTestKit();
    }
  }

  @Test
  void fencedWritersDoNotShutTheOthersOut() {
    ActorRef<Notebook.Command> bystander = notebook("bystander");
    write(bystander, "a");
    for (int i = 0; i < 15; i++) {
      String id = "n-" + i;
      ActorRef<Notebook.Command> first = notebook(id);
      write(first, "a");
      ActorRef<Notebook.Command> second = notebook(id);
      write(second, "b");
      first.tell(new Notebook.Write(List.of("x"), probe.getRef()));
      expectStopped(first);
    }
    assertEquals(List.of("a", "b"), write(bystander, "b"));
  }

  @Test
  void anUnknownOutcomeIsMadeKnownByTheExactSameWrite() {
    ActorRef<Notebook.Command> first = notebook("n");
    write(first, "a");
    group.log.next(ANSWER_LOST, ANSWER_LOST);
    assertEquals(List.of("a", "b"), write(first, "b"));
    group.log.next(REQUEST_LOST);
    assertEquals(List.of("a", "b", "c"), write(first, "c"));
    group.log.next(TWICE);
    assertEquals(List.of("a", "b", "c", "d"), write(first, "d"));
    assertEquals(4, new MachineProbe(group.machine).header("n").highestSeqNr(), "each stored once");
    stopAndWait(first);
    group.log.next(ANSWER_LOST, TWICE, REQUEST_LOST);
    ActorRef<Notebook.Command> second = notebook("n");
    assertEquals(List.of("a", "b", "c", "d"), lines(second));
    assertEquals(List.of("a", "b", "c", "d", "e"), write(second, "e"));
    assertFalse(group.log.hasFaults());
  }

  @Test
  void whileTheGroupIsAwayCallsFailAtOnce() {
    ActorRef<Notebook.Command> writing = notebook("n");
    write(writing, "a");
    group.log.next(UNAVAILABLE);
    writing.tell(new Notebook.Write(List.of("x"), probe.getRef()));
    expectStopped(writing);
    group.log.next(UNAVAILABLE);
    expectStopped(notebook("n"));
    assertEquals(List.of("a"), lines(notebook("n")));
  }

  @Test
  void beforeAnyGroupIsRegisteredActorsStopAtOnce() {
    ActorTestKit early = ActorTestKit.create("early", CONFIG.withFallback(ConfigFactory.load()));
    try {
      ActorRef<Notebook.Command> actor = early.spawn(Notebook.create("n"));
      early.createTestProbe().expectTerminated(actor, Duration.ofSeconds(10));
    } finally {
      early.shutdownTestKit();
    }
  }

  @Test
  void anEventOverTheLimitStopsItsActorAndStoresNothing() {
    ActorRef<Notebook.Command> actor = notebook("n");
    write(actor, "a");
    actor.tell(new Notebook.Write(List.of("x".repeat(9000)), probe.getRef()));
    expectStopped(actor);
    ActorRef<Notebook.Command> again = notebook("n");
    assertEquals(List.of("a"), lines(again));
    assertEquals(List.of("a", "b"), write(again, "b"));
  }

  @Test
  void manyActorsWriteAtOnce() {
    List<ActorRef<Notebook.Command>> actors =
        IntStream.range(0, 100).mapToObj(i -> notebook("many-" + i)).toList();
    actors.forEach(actor -> actor.tell(new Notebook.Write(List.of("a"), probe.getRef())));
    actors.forEach(actor -> assertEquals(List.of("a"), probe.receiveMessage()));
  }
}
