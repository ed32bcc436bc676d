package dev.mesh.replication;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.raftlog.LogWriter;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.persistence.replicated.ReplicatedLog.Applied;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Raft;
import dev.mesh.protocols.raft.Recovered;
import dev.mesh.protocols.raft.Recovery;
import dev.mesh.protocols.raft.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas of one group, each with a store of its own, in one JVM. */
class RaftGroupTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final List<PeerId> ALL = List.of(A, B, C);
  private static final GroupId GROUP = GroupId.META;

  /** So many of this size weigh more than max-log-bytes. */
  private static final int LARGE_COMMANDS = 60;

  private static final int LARGE = 64 * 1024;
  private static final MeshId MESH = new MeshId("0123456789abcdef0123456789abcdef");

  @TempDir Path folder;

  private final ActorTestKit kit = ActorTestKit.create();
  private final Map<PeerId, Store> stores = new ConcurrentHashMap<>();
  private final Map<PeerId, KeyValues> machines = new ConcurrentHashMap<>();
  private final Map<PeerId, ActorRef<GroupMessage>> replicas = new ConcurrentHashMap<>();
  private final Map<PeerId, LocalReplica> locals = new ConcurrentHashMap<>();
  private final Map<PeerId, GroupStatus> statuses = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    stores.values().forEach(Store::close);
  }

  @Test
  void commandsAreAnsweredOnceAppliedAndHeldByEveryReplica() {
    ALL.forEach(this::start);
    ActorRef<GroupRouter.Command> router = router();
    List<CompletableFuture<GroupCall.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(call(router, GroupRouter.Kind.PROPOSE, "k" + i + "=" + i));
    }
    long last = 0;
    for (int i = 0; i < 100; i++) {
      assertEquals("k" + i, join(answers.get(i)).bytes().asUtf8());
      last = Math.max(last, join(answers.get(i)).index());
    }
    assertTrue(join(call(router, GroupRouter.Kind.READ, "")).index() >= last);
    for (PeerId peer : ALL) {
      assertEquals("99", ask(peer, last, "k99"));
    }
  }

  @Test
  void commandsOfThisJvmGoStraightToTheReplicaThatLeads() {
    ALL.forEach(this::start);
    LocalReplica leader = locals.get(leader());
    assertTrue(leader.leads());
    List<CompletableFuture<Applied>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(
          leader
              .propose(Bytes.utf8("k" + i + "=" + i), GroupRouter.Kind.PROPOSE)
              .toCompletableFuture());
    }
    long last = 0;
    for (int i = 0; i < 100; i++) {
      Applied applied = answers.get(i).orTimeout(30, TimeUnit.SECONDS).join();
      assertEquals("k" + i, applied.answer().asUtf8());
      last = applied.index();
    }
    assertEquals("99", ask(B, last, "k99"));
  }

  @Test
  void commandsThatAReplicaDoesNotDecideReachWhoDoes() {
    ALL.forEach(this::start);
    PeerId old = leader();
    PeerId other = ALL.stream().filter(id -> !id.equals(old)).findFirst().orElseThrow();
    Applied applied =
        locals
            .get(other)
            .propose(Bytes.utf8("k=1"), GroupRouter.Kind.PROPOSE)
            .toCompletableFuture()
            .orTimeout(30, TimeUnit.SECONDS)
            .join();
    assertEquals("k", applied.answer().asUtf8());
  }

  @Test
  void moreCommandsThanMayWaitAreRefused() {
    ALL.forEach(this::start);
    LocalReplica leader = locals.get(leader());
    Bytes tooLarge = Bytes.wrap(new byte[(int) settings().maxPendingBytes() + 1]);
    CompletionException refused =
        assertThrows(
            CompletionException.class,
            () -> leader.propose(tooLarge, GroupRouter.Kind.PROPOSE).toCompletableFuture().join());
    assertEquals(
        ReplicatedLogException.Reason.OVERLOADED,
        ((ReplicatedLogException) refused.getCause()).reason());
    assertEquals(
        "k",
        leader
            .propose(Bytes.utf8("k=1"), GroupRouter.Kind.PROPOSE)
            .toCompletableFuture()
            .join()
            .answer()
            .asUtf8());
  }

  @Test
  void whenTheLeaderIsGoneAnotherLeadsAndCallsGoOn() {
    ALL.forEach(this::start);
    ActorRef<GroupRouter.Command> router = router();
    join(call(router, GroupRouter.Kind.PROPOSE, "before=1"));
    PeerId old = leader();
    end(old);
    long index = join(call(router, GroupRouter.Kind.PROPOSE, "after=2")).index();
    assertNotEquals(old, leader());
    for (PeerId peer : replicas.keySet()) {
      assertEquals("1", ask(peer, index, "before"));
      assertEquals("2", ask(peer, index, "after"));
    }
  }

  @Test
  void aReplicaThatNeedsWhatIsCompactedGetsASnapshotAndThenTheLog() {
    start(A);
    start(B);
    ActorRef<GroupRouter.Command> router = router();
    long last = fill(router, "k", 300);
    start(C);
    assertEquals("299", ask(C, last, "k299"), "a query waits until the snapshot is there");
    assertFalse(machines.get(C).label().isEmpty(), "the snapshot's mark is kept");
    last = fill(router, "more", 10);
    assertEquals("9", ask(C, last, "more9"));
  }

  @Test
  void whatWasAnsweredIsThereWhenAllStartAgain() {
    ALL.forEach(this::start);
    long last = fill(router(), "k", 300);
    ALL.forEach(this::end);
    stores.values().forEach(Store::close);
    stores.clear();
    ALL.forEach(this::start);
    ActorRef<GroupRouter.Command> router = router();
    long now = join(call(router, GroupRouter.Kind.READ, "")).index();
    assertTrue(now >= last);
    assertEquals("0", ask(A, now, "k0"));
    assertEquals("299", ask(A, now, "k299"));
  }

  @Test
  void aReplicaWhoseLogCannotBeWrittenEndsAndTheOthersGoOn() {
    AtomicBoolean broken = new AtomicBoolean();
    start(A);
    start(B);
    start(
        C,
        log ->
            (batch, records, done) -> {
              if (broken.get()) {
                done.done(new StoreException("the disk is gone"));
              } else {
                log.append(batch, records, done);
              }
            });
    ActorRef<GroupRouter.Command> router = router();
    join(call(router, GroupRouter.Kind.PROPOSE, "before=1"));
    broken.set(true);
    TestProbe<Object> watcher = kit.createTestProbe();
    ActorRef<GroupMessage> ended = replicas.get(C);
    join(call(router, GroupRouter.Kind.PROPOSE, "after=2"));
    watcher.expectTerminated(ended);
    replicas.remove(C);
    long index = join(call(router, GroupRouter.Kind.PROPOSE, "later=3")).index();
    assertEquals("2", ask(A, index, "after"));
  }

  @Test
  void aLogThatCannotBeShortenedIsNotMadeLonger() {
    ALL.forEach(this::start);
    machines.values().forEach(machine -> machine.stores(false));
    ActorRef<GroupRouter.Command> router = router();
    CompletionException refused = assertThrows(CompletionException.class, () -> fillLarge(router));
    ReplicatedLogException why = (ReplicatedLogException) refused.getCause();
    assertEquals(ReplicatedLogException.Reason.OVERLOADED, why.reason());
    assertTrue(why.getMessage().contains("state to be stored"), why.getMessage());
    machines.values().forEach(machine -> machine.stores(true));
    long last = await().ignoreExceptions().until(() -> fill(router, "later", 1), index -> true);
    ALL.forEach(peer -> assertEquals("0", ask(peer, last, "later0")));
  }

  @Test
  void aFollowerThatCannotShortenItsLogHoldsUpNobodyAndCatchesUp() {
    ALL.forEach(this::start);
    PeerId leader = leader();
    PeerId follower = ALL.stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    machines.get(follower).stores(false);
    long last = fillLarge(router());
    machines.get(follower).stores(true);
    assertEquals(LARGE, ask(follower, last, "k" + (LARGE_COMMANDS - 1)).length());
  }

  /** More than a log may hold, one after the other. */
  private static long fillLarge(ActorRef<GroupRouter.Command> router) {
    String value = "x".repeat(LARGE);
    long last = 0;
    for (int i = 0; i < LARGE_COMMANDS; i++) {
      last = join(call(router, GroupRouter.Kind.PROPOSE, "k" + i + "=" + value)).index();
    }
    return last;
  }

  private void start(PeerId self) {
    start(self, log -> log);
  }

  private void start(PeerId self, UnaryOperator<LogWriter> wrap) {
    Store store =
        stores.computeIfAbsent(
            self,
            id ->
                Store.open(
                    folder.resolve(id.value()),
                    new StoreSettings(1 << 20, 1 << 20, 16 << 20, 16 << 20, 10_000)));
    Recovery recovery = new Recovery(Membership.of(ALL));
    LogWriter log = new RaftLogStore(store, MESH).open(GROUP, recovery::add);
    KeyValues machine = new KeyValues(store, GROUP);
    Recovered recovered = recovery.recovered(ReplicaOpener.standing(machine, recovery));
    SplittableRandom random = new SplittableRandom(self.hashCode());
    Raft raft = new Raft(self, settings().raft(), recovered, random::nextInt);
    machines.put(self, machine);
    LocalReplica local =
        new LocalReplica(
            settings(),
            (proposal, uncertain) -> router().tell(GroupRouter.Call.of(proposal, uncertain)));
    locals.put(self, local);
    replicas.put(
        self,
        kit.spawn(
            RaftGroup.create(
                new RaftGroup.Parts(
                    GROUP,
                    self,
                    raft,
                    wrap.apply(log),
                    machine,
                    recovered.machine(),
                    (to, message) ->
                        Optional.ofNullable(replicas.get(to))
                            .ifPresent(it -> it.tell(new RaftEnvelope(self, message))),
                    local,
                    status -> statuses.put(self, status)),
                settings())));
  }

  private void end(PeerId peer) {
    kit.stop(replicas.remove(peer));
    statuses.remove(peer);
  }

  /** Short times, and so little log in heap that it is compacted every few commands. */
  private static GroupSettings settings() {
    var config =
        ConfigFactory.parseString(
                """
                mesh.replication {
                  call-timeout = 30s
                  retry-after = 200ms
                  retry-tick = 20ms
                  snapshot-chunk-bytes = 1 KiB
                  max-block-bytes = 1 KiB
                  log-bytes-in-heap = 1 MiB
                  raft {
                    max-uncommitted-bytes = 512 KiB
                    max-log-bytes = 3 MiB
                    election-timeout-min = 150ms
                    election-timeout-max = 300ms
                    heartbeat-interval = 30ms
                  }
                }
                """)
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    GroupSettings usual = GroupSettings.of(Checked.section(config, "mesh.replication"));
    return new GroupSettings(
        usual.groups(),
        usual.callTimeout(),
        usual.retryAfter(),
        usual.retryTick(),
        usual.directoryInterval(),
        usual.maxPendingCalls(),
        usual.maxPendingBytes(),
        usual.maxMessageBytes(),
        usual.maxBlockBytes(),
        512,
        usual.snapshotChunkBytes(),
        usual.link(),
        usual.raft());
  }

  private ActorRef<GroupRouter.Command> router() {
    return kit.spawn(
        GroupRouter.create(
            new GroupRouter.Group(
                new GroupRouter.Replicas(ALL, Optional.empty()),
                id -> Optional.ofNullable(replicas.get(id)).map(ActorRef::narrow),
                Optional::empty),
            settings()));
  }

  /** Puts {@code prefix0=0} and so on, and gives the index of the last. */
  private static long fill(ActorRef<GroupRouter.Command> router, String prefix, int count) {
    List<CompletableFuture<GroupCall.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(call(router, GroupRouter.Kind.PROPOSE, prefix + i + "=" + i));
    }
    return answers.stream().mapToLong(answer -> join(answer).index()).max().orElseThrow();
  }

  private String ask(PeerId peer, long atLeast, String key) {
    TestProbe<GroupCall.Reply> probe = kit.createTestProbe(GroupCall.Reply.class);
    replicas.get(peer).tell(new GroupCall.Query(1, atLeast, Bytes.utf8(key), probe.ref()));
    GroupCall.Answers answers = (GroupCall.Answers) probe.receiveMessage(Duration.ofSeconds(20));
    return answers.answers().get(0).bytes().asUtf8();
  }

  private static CompletableFuture<GroupCall.Answer> call(
      ActorRef<GroupRouter.Command> router, GroupRouter.Kind kind, String text) {
    CompletableFuture<GroupCall.Answer> answer = new CompletableFuture<>();
    router.tell(new GroupRouter.Call(kind, 0, Bytes.utf8(text), false, answer));
    return answer;
  }

  private static GroupCall.Answer join(CompletableFuture<GroupCall.Answer> answer) {
    return answer.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private PeerId leader() {
    return await()
        .until(
            () ->
                statuses.values().stream()
                    .filter(status -> status.role() == Role.LEADER)
                    .max((x, y) -> Long.compare(x.term(), y.term()))
                    .map(GroupStatus::self),
            Optional::isPresent)
        .orElseThrow();
  }
}
