package dev.mesh.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.MeshSettings;
import dev.mesh.events.MeshEvents;
import dev.mesh.persistence.replicated.meta.MetaAnswer;
import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeavingTest {
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId OTHER = new PeerId("other");
  private static final PeerId THIRD = new PeerId("third");
  private static final MetaCommand LEAVE = new MetaCommand.Leave(SELF);

  /** Of its looks at the directory there are several within this. */
  private static final Duration SOME_LOOKS = Duration.ofSeconds(1);

  private final ActorTestKit kit = ActorTestKit.create();
  private final List<MetaCommand> asked = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Optional<String>> outcome = new CompletableFuture<>();
  private volatile Directory directory = directory(Optional.of(Directory.PeerState.ACTIVE));
  private volatile CompletionStage<MetaAnswer> answer =
      CompletableFuture.completedStage(new MetaAnswer(2, Optional.empty(), Optional.empty()));

  /** Whether group 0 does as it is asked. */
  private volatile boolean recorded;

  private volatile Set<PeerId> reachable = Set.of(SELF, OTHER);

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ActorRef<Leaving.Command> leaving() {
    PeerContext peer =
        new PeerContext(
            MeshSettings.of(ConfigFactory.load()),
            new PeerState(SELF, 1, new MeshEvents(10, InstantSource.system())),
            new PeerRefs(kit.system()),
            "127.0.0.1:1");
    return kit.spawn(
        Leaving.create(
            new Leaving.Environment(
                peer, () -> directory, () -> reachable, this::propose, outcome)));
  }

  private CompletionStage<MetaAnswer> propose(MetaCommand command) {
    asked.add(command);
    if (recorded) {
      directory = directory(Optional.of(Directory.PeerState.LEAVING));
    }
    return answer;
  }

  /** Of two peers, as long as this one is registered. */
  private static Directory directory(Optional<Directory.PeerState> self) {
    SortedMap<PeerId, Registered> peers = new TreeMap<>();
    peers.put(OTHER, new Registered("127.0.0.1:2", "z", Directory.PeerState.ACTIVE));
    self.ifPresent(state -> peers.put(SELF, new Registered("127.0.0.1:1", "z", state)));
    return new Directory(1, 1, 1, peers, new TreeMap<>());
  }

  /** Of three, which all hold group 0. */
  private static Directory withGroup() {
    Directory two = directory(Optional.of(Directory.PeerState.LEAVING));
    SortedMap<PeerId, Registered> peers = new TreeMap<>(two.peers());
    peers.put(THIRD, new Registered("127.0.0.1:3", "z", Directory.PeerState.ACTIVE));
    Membership all = Membership.of(List.of(SELF, OTHER, THIRD));
    SortedMap<GroupId, GroupEntry> groups =
        new TreeMap<>(Map.of(GroupId.META, new GroupEntry("", all, 1)));
    return new Directory(1, 1, 1, peers, groups);
  }

  @Test
  void hasItRecordedOnceAndWaitsUntilItIsStruckOff() {
    recorded = true;
    ActorRef<Leaving.Command> leaving = leaving();
    await().until(() -> !asked.isEmpty());
    await().pollDelay(SOME_LOOKS).until(() -> true);
    assertEquals(List.of(LEAVE), asked);
    assertFalse(outcome.isDone());

    directory = directory(Optional.empty());
    assertEquals(Optional.empty(), outcome.join());
    kit.createTestProbe().expectTerminated(leaving);
  }

  @Test
  void asksOneQuestionAtATimeAndAgainWhenNobodyAnswers() {
    CompletableFuture<MetaAnswer> unanswered = new CompletableFuture<>();
    answer = unanswered;
    leaving();
    await().until(() -> !asked.isEmpty());
    await().pollDelay(SOME_LOOKS).until(() -> true);
    assertEquals(List.of(LEAVE), asked);
    unanswered.completeExceptionally(new IllegalStateException("no majority"));
    await().until(() -> asked.size() > 1);
    assertFalse(outcome.isDone());
  }

  @Test
  void saysWhyItCannot() {
    answer =
        CompletableFuture.completedStage(
            new MetaAnswer(1, Optional.empty(), Optional.of("the last peer cannot leave")));
    ActorRef<Leaving.Command> leaving = leaving();
    assertEquals(Optional.of("the last peer cannot leave"), outcome.join());
    kit.createTestProbe().expectTerminated(leaving);
  }

  @Test
  void endsWhenNothingMoreCanBeHandedOverWithoutThoseOutOfReach() {
    directory = withGroup();
    reachable = Set.of(SELF, OTHER, THIRD);
    ActorRef<Leaving.Command> leaving = leaving();
    await().pollDelay(SOME_LOOKS).until(() -> true);
    assertFalse(outcome.isDone());
    reachable = Set.of(SELF, OTHER);
    String why = outcome.orTimeout(30, TimeUnit.SECONDS).join().orElseThrow();
    assertTrue(why.contains("nobody in reach can take its place"), why);
    assertEquals(List.of(), asked);
    kit.createTestProbe().expectTerminated(leaving);
  }

  @Test
  void givesUpWhenNobodyIsLeftToTakeOver() {
    recorded = true;
    ActorRef<Leaving.Command> leaving = leaving();
    await().until(() -> !asked.isEmpty());
    reachable = Set.of(SELF);
    assertEquals(Optional.of("nobody in reach stays to take over what it holds"), outcome.join());
    kit.createTestProbe().expectTerminated(leaving);
  }
}
