package dev.mesh.task;

import static dev.mesh.task.LedgerFixtures.A;
import static dev.mesh.task.LedgerFixtures.B;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.protocols.PeerId;
import dev.mesh.task.TasksException.Code;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A ledger on a journal in memory, with real work queues and an auction that gives to the first.
 */
class TaskLedgerTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.provider = local
              pekko.actor.allow-java-serialization = off
              pekko.persistence.journal.inmem.test-serialization = on
              mesh.tasks.journal = pekko.persistence.journal.inmem
              mesh.tasks.snapshot-store = pekko.persistence.no-snapshot-store
              mesh.tasks.lost-after = 200ms
              mesh.tasks.retry-backoff-min = 20ms
              mesh.work.slots = 2
              """)
          .withFallback(LedgerFixtures.config());

  private final ActorTestKit kit = ActorTestKit.create("ledger", CONFIG);
  private final TestProbe<LedgerReply> client = kit.createTestProbe(LedgerReply.class);
  private final Map<PeerId, Long> live = new ConcurrentHashMap<>();
  private final Map<PeerId, ActorRef<WorkCommand>> workers = new ConcurrentHashMap<>();
  private final Map<String, Integer> seen = new ConcurrentHashMap<>();
  private final Handlers handlers = new Handlers();
  private ActorRef<LedgerCommand> ledger = start(CONFIG);

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ActorRef<LedgerCommand> start(Config config) {
    return kit.spawn(
        TaskLedger.create(
            0,
            new LedgerWiring(
                LedgerSettings.of(config),
                new LedgerPlaces(8, 16),
                ledger -> Optional.empty(),
                peer -> Optional.ofNullable(workers.get(peer)),
                this::auction,
                () -> new WorkerRuns(live, Map.of()),
                (subject, outcome, times) ->
                    seen.merge(subject + " " + outcome, times, Integer::sum),
                InstantSource.system())));
  }

  /** The first live peer, in the order of ids, gets everything. */
  private void auction(AuctionCall call) {
    Optional<PeerId> winner = live.keySet().stream().sorted().findFirst();
    List<AuctionCall.Placement> placements = new ArrayList<>();
    List<AuctionCall.Unplaced> rest = new ArrayList<>();
    for (AuctionCall.Offered offered : call.tasks()) {
      winner.ifPresentOrElse(
          peer -> placements.add(new AuctionCall.Placement(offered.id(), peer, live.get(peer))),
          () -> rest.add(new AuctionCall.Unplaced(offered.id(), "nobody is there", true)));
    }
    call.replyTo().tell(new LedgerCommand.Placed(call.round(), placements, rest));
  }

  private void startWorker(PeerId peer, long incarnation) {
    ActorRef<LedgerCommand> region =
        kit.spawn(
            Behaviors.receiveMessage(
                report -> {
                  ledger.tell(report);
                  return Behaviors.same();
                }));
    workers.put(
        peer,
        kit.spawn(
            WorkQueue.create(
                WorkSettings.of(CONFIG),
                new WorkQueue.WorkWiring(
                    peer,
                    incarnation,
                    handlers,
                    region.narrow(),
                    load -> {},
                    InstantSource.system()))));
    live.put(peer, incarnation);
  }

  private LedgerReply.Answer submit(Task task) {
    ledger.tell(new LedgerCommand.Submit(0, List.of(task), client.getRef()));
    return client.expectMessageClass(LedgerReply.Taken.class).answers().get(0);
  }

  private LedgerReply ask(String id, Duration wait) {
    ledger.tell(new LedgerCommand.Get(0, id, wait.toMillis(), client.getRef()));
    return client.receiveMessage(wait.plusSeconds(5));
  }

  private TaskView view(String id) {
    return assertInstanceOf(LedgerReply.Shown.class, ask(id, Duration.ZERO)).view();
  }

  private TaskView end(String id) {
    TaskView view =
        assertInstanceOf(LedgerReply.Shown.class, ask(id, Duration.ofSeconds(20))).view();
    assertTrue(view.status().terminal(), view::toString);
    return view;
  }

  private static CompletableFuture<byte[]> text(String text) {
    return CompletableFuture.completedFuture(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void runsATaskAndKeepsItsResult() {
    handlers.put("echo", context -> CompletableFuture.completedFuture(context.payload()));
    startWorker(A, 1);
    assertFalse(submit(LedgerFixtures.task("t1")).existing());
    TaskView view = end("t1");
    assertEquals(TaskStatus.COMPLETED, view.status());
    assertEquals("payload of t1", view.result().orElseThrow().asUtf8());
    assertEquals(Optional.of(A), view.peer());
    assertEquals(
        List.of(TaskStatus.QUEUED, TaskStatus.AWARDED, TaskStatus.RUNNING, TaskStatus.COMPLETED),
        view.history().stream().map(TaskView.Entry::status).toList());
  }

  @Test
  void takesATaskOnceAndRefusesAnotherUnderItsId() {
    submit(LedgerFixtures.task("t1"));
    assertTrue(submit(LedgerFixtures.task("t1")).existing());
    LedgerReply.Answer other = submit(Task.of("echo").id("t1").payload("other").build());
    assertEquals(Code.CONFLICT, other.refusal().orElseThrow().code());
  }

  @Test
  void saysWhyATaskWaits() {
    submit(LedgerFixtures.task("t1"));
    await().untilAsserted(() -> assertEquals(Optional.of("nobody is there"), view("t1").why()));
  }

  @Test
  void keepsWhatItAcknowledgedThroughARestart() {
    for (int i = 0; i < 50; i++) {
      submit(LedgerFixtures.task("t" + i));
    }
    kit.stop(ledger);
    handlers.put("echo", context -> CompletableFuture.completedFuture(context.payload()));
    startWorker(A, 1);
    ledger = start(CONFIG);
    for (int i = 0; i < 50; i++) {
      assertEquals(TaskStatus.COMPLETED, end("t" + i).status());
    }
  }

  @Test
  void aRunThatIsUnderWayOutlivesItsLedger() {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    handlers.put(
        "echo",
        context -> {
          runs.incrementAndGet();
          go.await();
          return text("done");
        });
    startWorker(A, 1);
    submit(LedgerFixtures.task("t1"));
    await().until(() -> view("t1").status() == TaskStatus.RUNNING);
    kit.stop(ledger);
    ledger = start(CONFIG);
    await().until(() -> view("t1").status() == TaskStatus.RUNNING);
    go.countDown();
    assertEquals("done", end("t1").result().orElseThrow().asUtf8());
    assertEquals(1, runs.get());
  }

  @Test
  void triesAgainUntilTheRetriesAreUsedUp() {
    handlers.put(
        "flaky",
        context -> {
          if (context.attempt() < 3) {
            throw new IllegalStateException("try " + context.attempt());
          }
          return text("third time");
        });
    startWorker(A, 1);
    submit(Task.of("flaky").id("enough").retries(2).build());
    submit(Task.of("flaky").id("too-few").retries(1).build());
    TaskView done = end("enough");
    assertEquals("third time", done.result().orElseThrow().asUtf8());
    assertEquals(3, done.attempt());
    TaskView failed = end("too-few");
    assertEquals(TaskStatus.FAILED, failed.status());
    assertEquals(Optional.of("IllegalStateException: try 2"), failed.error());
    assertEquals(Map.of("a TASK_DONE", 1, "a TASK_FAILED", 4), seen, "what its peer is thought of");
  }

  @Test
  void aPermanentFailureIsNotTriedAgain() {
    handlers.put(
        "hopeless",
        context -> {
          throw new PermanentFailure("there is no file x");
        });
    startWorker(A, 1);
    submit(Task.of("hopeless").id("t1").retries(5).build());
    TaskView view = end("t1");
    assertEquals(Optional.of("there is no file x"), view.error());
    assertEquals(1, view.attempt());
  }

  @Test
  void aDeadlineEndsATaskAndStopsItsHandler() {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    handlers.put("slow", context -> blocked(context, interrupted));
    startWorker(A, 1);
    submit(Task.of("slow").id("t1").deadline(Instant.now().plusMillis(700)).build());
    assertEquals(TaskStatus.EXPIRED, end("t1").status());
    await().until(() -> interrupted.isDone() && interrupted.join());
  }

  @Test
  void cancellingStopsTheHandler() {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    handlers.put("slow", context -> blocked(context, interrupted));
    startWorker(A, 1);
    submit(Task.of("slow").id("t1").build());
    await().until(() -> view("t1").status() == TaskStatus.RUNNING);
    ledger.tell(new LedgerCommand.Cancel(0, "t1", client.getRef()));
    LedgerReply.Shown shown = client.expectMessageClass(LedgerReply.Shown.class);
    assertEquals(TaskStatus.CANCELLED, shown.view().status());
    await().until(() -> interrupted.isDone() && interrupted.join());
  }

  private static CompletableFuture<byte[]> blocked(
      TaskContext context, CompletableFuture<Boolean> interrupted) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.complete(context.cancelled());
    }
    return text("late");
  }

  @Test
  void theTasksOfALostPeerGoToAnother() {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    handlers.put(
        "echo",
        context -> {
          if (runs.incrementAndGet() == 1) {
            go.await();
            return text("too late");
          }
          return text("from another");
        });
    startWorker(A, 1);
    submit(LedgerFixtures.task("t1"));
    await().until(() -> view("t1").status() == TaskStatus.RUNNING);
    startWorker(B, 1);
    live.remove(A);
    TaskView view = end("t1");
    assertEquals(Optional.of(B), view.peer());
    assertEquals(2, view.attempt());
    go.countDown();
    live.put(A, 1L);
    submit(LedgerFixtures.task("t2"));
    end("t2");
    assertEquals("from another", view("t1").result().orElseThrow().asUtf8());
    assertEquals(1, seen.get("a TASK_LOST"));
  }

  @Test
  void aPeerThatWasStartedAnewGetsItsTasksAgain() {
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    handlers.put(
        "echo",
        context -> runs.incrementAndGet() == 1 ? blocked(context, interrupted) : text("again"));
    startWorker(A, 1);
    submit(LedgerFixtures.task("t1"));
    await().until(() -> view("t1").status() == TaskStatus.RUNNING);
    kit.stop(workers.get(A));
    startWorker(A, 2);
    assertEquals("again", end("t1").result().orElseThrow().asUtf8());
    assertEquals(2, runs.get());
  }

  @Test
  void tooMuchAtOnceIsRefused() {
    kit.stop(ledger);
    ledger = start(ConfigFactory.parseString("mesh.tasks.max-open = 2").withFallback(CONFIG));
    submit(LedgerFixtures.task("t1"));
    submit(LedgerFixtures.task("t2"));
    assertEquals(Code.TOO_MUCH, submit(LedgerFixtures.task("t3")).refusal().orElseThrow().code());
    byte[] large = new byte[200 * 1024];
    LedgerReply.Answer tooLarge = submit(Task.of("echo").id("t4").payload(large).build());
    assertEquals(Code.TOO_LARGE, tooLarge.refusal().orElseThrow().code());
  }

  @Test
  void anEndedTaskIsForgottenAfterItsRetention() {
    kit.stop(ledger);
    ledger = start(ConfigFactory.parseString("mesh.tasks.retention = 0s").withFallback(CONFIG));
    handlers.put("echo", context -> CompletableFuture.completedFuture(context.payload()));
    startWorker(A, 1);
    submit(LedgerFixtures.task("t1"));
    await()
        .untilAsserted(
            () ->
                assertEquals(
                    Code.GONE,
                    assertInstanceOf(LedgerReply.Refusal.class, ask("t1", Duration.ZERO)).code()));
    assertEquals(
        Code.NOT_FOUND,
        assertInstanceOf(LedgerReply.Refusal.class, ask("never", Duration.ZERO)).code());
  }
}
