package dev.mesh.task;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.peer.AuctionActor;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.task.TasksException.Code;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole way of a task through the sharded ledgers, an auction and a work queue of one peer. */
class LedgerTasksTest {
  private static final PeerId SELF = LedgerFixtures.A;
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.provider = cluster
              pekko.actor.allow-java-serialization = off
              pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              pekko.cluster.jmx.enabled = off
              pekko.loglevel = WARNING
              mesh.tasks.ledgers = 4
              mesh.tasks.journal = pekko.persistence.journal.inmem
              mesh.tasks.snapshot-store = pekko.persistence.no-snapshot-store
              """)
          .withFallback(LedgerFixtures.config());

  private static final ActorTestKit KIT = ActorTestKit.create("tasks", CONFIG);
  private static final LedgerSettings SETTINGS = LedgerSettings.of(CONFIG);

  /** Of whose ledger a peer in a minority has no replica. */
  private static final String ELSEWHERE = elsewhere();

  private static final Handlers HANDLERS = new Handlers();
  private static ActorRef<LedgerCommand.Sent> region;
  private static Tasks tasks;

  @BeforeAll
  static void start() {
    Cluster cluster = Cluster.get(KIT.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    AtomicReference<WorkLoad> load = new AtomicReference<>();
    AtomicReference<ActorRef<WorkCommand>> work = new AtomicReference<>();
    ActorRef<AuctionActor.Command> auction =
        KIT.spawn(
            AuctionActor.create(
                AuctionActor.AuctionSettings.of(CONFIG),
                new AuctionActor.AuctionWiring(
                    SELF,
                    1,
                    Set.of(),
                    () -> Set.of(SELF),
                    peer -> Optional.empty(),
                    () -> Optional.ofNullable(load.get()),
                    () -> 1,
                    peer -> 0.5,
                    () -> Ring.of(Map.of(SELF, "zone")),
                    InstantSource.system())));
    region =
        TaskLedger.init(
            KIT.system(),
            new LedgerWiring(
                SETTINGS,
                new LedgerPlaces(8, 16),
                ledger -> Optional.empty(),
                peer -> Optional.of(work.get()),
                call -> auction.tell(new AuctionActor.Offer(call)),
                () -> new WorkerRuns(Map.of(SELF, 1L), Map.of()),
                (subject, outcome, times) -> {},
                InstantSource.system()));
    work.set(
        KIT.spawn(
            WorkQueue.create(
                WorkSettings.of(CONFIG),
                new WorkQueue.WorkWiring(
                    SELF, 1, HANDLERS, region, load::set, InstantSource.system()))));
    KIT.spawn(LedgerKeeper.create(region, SETTINGS));
    tasks = client(false);
    tasks.handle("echo", context -> CompletableFuture.completedFuture(context.payload()));
    tasks.handle(
        "fail",
        context -> {
          throw new PermanentFailure("as asked");
        });
    await()
        .untilAsserted(
            () ->
                tasks.get("none").handle(LedgerTasksTest::isNotFound).toCompletableFuture().join());
  }

  private static boolean isNotFound(TaskView view, Throwable failure) {
    assertEquals(
        Code.NOT_FOUND, assertInstanceOf(TasksException.class, LedgerClient.cause(failure)).code());
    return true;
  }

  private static String elsewhere() {
    List<Integer> others =
        List.of(
            Digests.ledgerOf("seen", SETTINGS.ledgers()),
            Digests.ledgerOf("unseen", SETTINGS.ledgers()));
    return Stream.iterate(0, i -> i + 1)
        .map(i -> "elsewhere-" + i)
        .filter(id -> !others.contains(Digests.ledgerOf(id, SETTINGS.ledgers())))
        .findFirst()
        .orElseThrow();
  }

  private static Tasks client(boolean readOnly) {
    return new LedgerTasks(
        KIT.system(),
        region,
        SETTINGS,
        HANDLERS,
        () -> Optional.of("this peer is read-only").filter(why -> readOnly),
        ledger ->
            ledger == Digests.ledgerOf(ELSEWHERE, SETTINGS.ledgers())
                ? Optional.empty()
                : Optional.of(
                    CompletableFuture.completedFuture(
                        LedgerReplica.replay(
                            Optional.empty(),
                            List.of(
                                new LedgerEvent.Submitted(LedgerFixtures.task("seen"), 0, 1))))),
        InstantSource.system());
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static TasksException refusal(CompletionStage<?> stage) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> stage.toCompletableFuture().join());
    return assertInstanceOf(TasksException.class, failure.getCause());
  }

  @Test
  void submitGivesTheResult() throws Exception {
    TaskResult result = get(tasks.submit(Task.of("echo").payload("hello").build()));
    assertEquals("hello", result.value().asUtf8());
    assertEquals(Optional.of(SELF), result.peer());
  }

  @Test
  void submitFailsWhenTheTaskDoes() {
    TasksException failure = refusal(tasks.submit(Task.of("fail").id("doomed").build()));
    assertEquals(Code.NOT_COMPLETED, failure.code());
    assertEquals("task 'doomed' failed: as asked", failure.getMessage());
  }

  @Test
  void thousandsOfTasksAllComplete() throws Exception {
    List<Task> many =
        IntStream.range(0, 5_000)
            .mapToObj(i -> Task.of("echo").id("many-" + i).payload("p" + i).build())
            .toList();
    List<Tasks.Outcome> outcomes = get(tasks.enqueueAll(many));
    for (int i = 0; i < many.size(); i++) {
      assertEquals("many-" + i, outcomes.get(i).submitted().orElseThrow().view().id());
    }
    for (int i = 0; i < many.size(); i++) {
      TaskView view = get(tasks.await("many-" + i, Duration.ofSeconds(30)));
      assertEquals("p" + i, view.result().orElseThrow().asUtf8());
      assertEquals(1, view.attempt());
    }
  }

  @Test
  void eachTaskOfManyIsRefusedOrTakenOnItsOwn() throws Exception {
    get(tasks.enqueue(Task.of("echo").id("taken").payload("x").build()));
    List<Tasks.Outcome> outcomes =
        get(
            tasks.enqueueAll(
                List.of(
                    Task.of("echo").id("taken").payload("x").build(),
                    Task.of("echo").id("taken").payload("other").build(),
                    Task.of("echo").id("large").payload(new byte[200_000]).build(),
                    Task.of("echo").id("fresh").build())));
    assertTrue(outcomes.get(0).submitted().orElseThrow().existing());
    assertEquals(Code.CONFLICT, outcomes.get(1).refusal().orElseThrow().code());
    assertEquals(Code.TOO_LARGE, outcomes.get(2).refusal().orElseThrow().code());
    assertFalse(outcomes.get(3).submitted().orElseThrow().existing());
  }

  @Test
  void awaitGivesTheTaskAsItStandsWhenTheWaitIsOver() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    tasks.handle(
        "slow",
        context -> {
          context.progress("half way");
          go.await();
          return CompletableFuture.completedFuture("ok".getBytes(StandardCharsets.UTF_8));
        });
    get(tasks.enqueue(Task.of("slow").id("slow").build()));
    await().until(() -> get(tasks.get("slow")).progress().equals(Optional.of("half way")));
    assertEquals(TaskStatus.RUNNING, get(tasks.await("slow", Duration.ofMillis(50))).status());
    CompletionStage<TaskView> end = tasks.await("slow", Duration.ofSeconds(20));
    go.countDown();
    assertEquals(TaskStatus.COMPLETED, get(end).status());
  }

  @Test
  void listsInTheOrderOfIdsAndGoesOn() throws Exception {
    for (int i = 0; i < 9; i++) {
      get(tasks.submit(Task.of("echo").id("zlist-" + i).build()));
    }
    Optional<TaskStatus> completed = Optional.of(TaskStatus.COMPLETED);
    List<TaskView> first = get(tasks.list(new Tasks.Query(completed, 5, Optional.of("zlist-"))));
    assertEquals(
        List.of("zlist-0", "zlist-1", "zlist-2", "zlist-3", "zlist-4"),
        first.stream().map(TaskView::id).toList());
    List<TaskView> rest = get(tasks.list(new Tasks.Query(completed, 5, Optional.of("zlist-4"))));
    assertEquals(4, rest.size());
    assertTrue(rest.get(0).history().isEmpty());
  }

  @Test
  void withoutAMajorityReadsAreStaleAndWritesRefused() throws Exception {
    Tasks minority = client(true);
    assertEquals(Code.READ_ONLY, refusal(minority.enqueue(LedgerFixtures.task("t"))).code());
    assertEquals(Code.READ_ONLY, refusal(minority.cancel("t")).code());
    assertTrue(get(minority.get("seen")).stale());
    for (String notHere : List.of("unseen", ELSEWHERE)) {
      TasksException refused = refusal(minority.get(notHere));
      assertEquals(Code.READ_ONLY, refused.code());
      assertTrue(refused.getMessage().contains(notHere), refused.getMessage());
    }
  }
}
