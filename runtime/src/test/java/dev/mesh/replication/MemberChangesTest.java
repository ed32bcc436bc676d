package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.replication.GroupOperations.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MemberChangesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final GroupId GROUP = new GroupId(3);
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");

  private final Group group = new Group();
  private final MemberChanges changes = changes(Duration.ofSeconds(30));

  private MemberChanges changes(Duration catchUp) {
    return new MemberChanges(
        group,
        KIT.system(),
        new OperationSettings(Duration.ofSeconds(1), catchUp, Duration.ofMillis(10)));
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** A group led by {@link #A} that does what it is asked; learners are slow. */
  private static final class Group implements GroupAdmin {
    final List<Membership> configurations = new ArrayList<>(List.of(Membership.of(List.of(A, B))));
    final List<PeerId> transfers = new ArrayList<>();
    boolean committed = true;
    int reportsUntilCaughtUp = 3;

    Membership members() {
      return configurations.get(configurations.size() - 1);
    }

    @Override
    public CompletionStage<Long> reconfigure(GroupId group, Membership next) {
      configurations.add(next);
      return CompletableFuture.completedStage((long) configurations.size());
    }

    @Override
    public CompletionStage<Void> transfer(GroupId group, PeerId to) {
      transfers.add(to);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<GroupReport> report(GroupId group) {
      boolean caughtUp = !members().learners().isEmpty() && --reportsUntilCaughtUp <= 0;
      Set<PeerId> upToDate = caughtUp ? Set.copyOf(members().learners()) : Set.of();
      return CompletableFuture.completedStage(
          new GroupReport(group, A, 1, members(), configurations.size(), committed, upToDate));
    }
  }

  private static Outcome await(CompletionStage<Outcome> outcome) {
    return outcome.toCompletableFuture().join();
  }

  private static void assertRefused(CompletionStage<Outcome> outcome, String why) {
    CompletionException failure = assertThrows(CompletionException.class, () -> await(outcome));
    GroupChangeException refusal = (GroupChangeException) failure.getCause();
    assertEquals(GroupChangeException.Reason.CONFLICT, refusal.reason());
    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
  }

  @Test
  void aNewMemberLearnsBeforeItVotes() {
    assertEquals(Outcome.VOTER, await(changes.add(GROUP, C)));
    assertEquals(
        List.of(
            Membership.of(List.of(A, B)),
            new Membership(List.of(A, B), List.of(C)),
            Membership.of(List.of(A, B, C))),
        group.configurations);
    assertEquals(0, group.reportsUntilCaughtUp);
  }

  @Test
  void aMemberThatIsSlowGoesOnLearningAndIsPromotedWhenAskedAgain() {
    group.reportsUntilCaughtUp = Integer.MAX_VALUE;
    assertEquals(Outcome.LEARNER, await(changes(Duration.ZERO).add(GROUP, C)));
    assertEquals(List.of(C), group.members().learners());
    group.reportsUntilCaughtUp = 0;
    assertEquals(Outcome.VOTER, await(changes.add(GROUP, C)));
    assertEquals(3, group.configurations.size());
  }

  @Test
  void membersAreRemoved() {
    assertEquals(Outcome.REMOVED, await(changes.remove(GROUP, B)));
    assertEquals(Membership.of(List.of(A)), group.members());
    assertRefused(changes.remove(GROUP, B), "b is no member");
    assertRefused(changes.remove(GROUP, A), "only voter");
  }

  @Test
  void leadershipGoesToVotersAlone() {
    assertEquals(Outcome.LEADER, await(changes.transfer(GROUP, B)));
    assertEquals(Outcome.UNCHANGED, await(changes.transfer(GROUP, A)));
    assertRefused(changes.transfer(GROUP, C), "c is no member");
    assertEquals(List.of(B), group.transfers);
  }

  @Test
  void nothingIsChangedTwiceOrWhileAChangeIsUnderWay() {
    assertEquals(Outcome.UNCHANGED, await(changes.add(GROUP, B)));
    group.committed = false;
    assertRefused(changes.add(GROUP, C), "under way");
    assertRefused(changes.remove(GROUP, B), "under way");
    assertEquals(1, group.configurations.size());
  }
}
