package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.persistence.replicated.ReplicatedLogException.Reason;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupRouterTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<GroupCall> a = kit.createTestProbe(GroupCall.class);
  private final TestProbe<GroupCall> b = kit.createTestProbe(GroupCall.class);
  private final Map<PeerId, ActorRef<GroupCall>> known = new ConcurrentHashMap<>();
  private final AtomicReference<Optional<String>> refusal = new AtomicReference<>(Optional.empty());

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void asksTheReplicaHereFirstAndFollowsItsHint() {
    var router = router("");
    var answer = call(router, GroupRouter.Kind.PROPOSE, "x");
    GroupCall.Propose first = a.expectMessageClass(GroupCall.Propose.class);
    first.replyTo().tell(new GroupCall.NotLeader(ids(first), Optional.of(B)));
    GroupCall.Propose second = b.expectMessageClass(GroupCall.Propose.class);
    assertEquals(first.commands(), second.commands());
    second
        .replyTo()
        .tell(
            new GroupCall.Answers(
                List.of(new GroupCall.Answer(ids(second).get(0), 7, Bytes.utf8("done")))));
    assertEquals(7, answer.join().index());
    assertEquals("done", answer.join().bytes().asUtf8());
  }

  @Test
  void asksAnotherReplicaWhenNobodyAnswers() {
    var router = router("retry-after = 50ms, retry-tick = 10ms");
    var answer = call(router, GroupRouter.Kind.READ, "");
    a.expectMessageClass(GroupCall.Read.class);
    GroupCall.Read read = b.expectMessageClass(GroupCall.Read.class);
    read.replyTo()
        .tell(
            new GroupCall.Answers(
                List.of(new GroupCall.Answer(read.ids().get(0), 3, Bytes.EMPTY))));
    assertEquals(3, answer.join().index());
  }

  @Test
  void asksTheNewLeaderAtOnceWhatTheOldOneHasNotAnswered() {
    var router = router("retry-after = 5s, call-timeout = 10s");
    var repeatable = call(router, GroupRouter.Kind.PROPOSE, "x");
    GroupCall.Propose first = a.expectMessageClass(GroupCall.Propose.class);
    var once = call(router, GroupRouter.Kind.PROPOSE_ONCE, "y");
    a.expectMessageClass(GroupCall.Propose.class);

    router.tell(new GroupRouter.Led(B));
    GroupCall.Propose again = b.expectMessageClass(GroupCall.Propose.class);
    assertEquals(first.commands(), again.commands(), "what may be done once alone is not repeated");
    again.replyTo().tell(new GroupCall.Overloaded(ids(again), "too much"));
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(repeatable));
    assertFalse(once.isDone());
  }

  @Test
  void theSilenceOfAnEarlierLeaderSaysNothingAgainstTheNext() {
    var router = router("retry-after = 50ms, retry-tick = 10ms");
    var once = call(router, GroupRouter.Kind.PROPOSE_ONCE, "x");
    a.expectMessageClass(GroupCall.Propose.class);
    router.tell(new GroupRouter.Led(B));
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(once));
    var next = call(router, GroupRouter.Kind.PROPOSE_ONCE, "y");
    b.expectMessageClass(GroupCall.Propose.class);
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(next));
  }

  @Test
  void saysThatTheOutcomeIsUnknownWhenACommandWasSentAndNotAnswered() {
    var answer =
        call(router("call-timeout = 200ms, retry-tick = 10ms"), GroupRouter.Kind.PROPOSE, "x");
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(answer));
  }

  @Test
  void saysThatNothingWasDoneWhenNoReplicaIsKnown() {
    var router = router("call-timeout = 200ms, retry-tick = 10ms");
    known.clear();
    assertEquals(Reason.UNAVAILABLE, reasonOf(call(router, GroupRouter.Kind.PROPOSE, "x")));
  }

  @Test
  void refusesWritesAndLinearizableReadsAtOnceWhenReadOnlyButAsksReplicas() {
    var router = router("");
    refusal.set(Optional.of("read-only: 1 of 3 peers in reach"));
    assertEquals(Reason.UNAVAILABLE, reasonOf(call(router, GroupRouter.Kind.PROPOSE, "x")));
    assertEquals(Reason.UNAVAILABLE, reasonOf(call(router, GroupRouter.Kind.READ, "")));
    var query = call(router, GroupRouter.Kind.QUERY, "q");
    a.expectMessageClass(GroupCall.Query.class);
    assertFalse(query.isDone());
  }

  @Test
  void refusesMoreCallsThanItsBound() {
    var router = router("max-pending-calls = 1");
    var first = call(router, GroupRouter.Kind.PROPOSE, "first");
    var second = call(router, GroupRouter.Kind.PROPOSE, "second");
    assertEquals(Reason.OVERLOADED, reasonOf(second));
    assertFalse(first.isDone());
  }

  @Test
  void doesNotSayThatNothingWasDoneWhenAnEarlierAttemptMayHaveTakenEffect() {
    var answer = call(router(""), GroupRouter.Kind.PROPOSE, "x");
    GroupCall.Propose first = a.expectMessageClass(GroupCall.Propose.class);
    first.replyTo().tell(new GroupCall.Unknown(ids(first)));
    GroupCall.Propose second = a.expectMessageClass(GroupCall.Propose.class);
    second.replyTo().tell(new GroupCall.Overloaded(ids(second), "too much"));
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(answer));
  }

  @Test
  void doesNotProposeAgainWhatIsToBeProposedOnceAndMayHaveTakenEffect() {
    var router = router("");
    var answer = call(router, GroupRouter.Kind.PROPOSE_ONCE, "x");
    GroupCall.Propose first = a.expectMessageClass(GroupCall.Propose.class);
    first.replyTo().tell(new GroupCall.NotLeader(ids(first), Optional.of(B)));
    GroupCall.Propose second = b.expectMessageClass(GroupCall.Propose.class);
    assertEquals(first.commands(), second.commands(), "nothing was done: that is worth another");
    second.replyTo().tell(new GroupCall.Unknown(ids(second)));
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(answer));
    a.expectNoMessage();
    b.expectNoMessage();
  }

  @Test
  void doesNotProposeAgainWhatIsToBeProposedOnceAndWasNotAnswered() {
    var router = router("retry-after = 50ms, retry-tick = 10ms");
    var answer = call(router, GroupRouter.Kind.PROPOSE_ONCE, "x");
    a.expectMessageClass(GroupCall.Propose.class);
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(answer));
    b.expectNoMessage();
  }

  @Test
  void whoeverWaitsWhenItEndsIsToldSo() {
    var router = router("");
    var read = call(router, GroupRouter.Kind.READ, "");
    a.expectMessageClass(GroupCall.Read.class);
    var sent = call(router, GroupRouter.Kind.PROPOSE, "x");
    a.expectMessageClass(GroupCall.Propose.class);
    known.clear();
    var unsent = call(router, GroupRouter.Kind.PROPOSE, "y");
    kit.stop(router);
    assertEquals(Reason.UNAVAILABLE, reasonOf(read));
    assertEquals(Reason.OUTCOME_UNKNOWN, reasonOf(sent));
    assertEquals(Reason.UNAVAILABLE, reasonOf(unsent));
  }

  private ActorRef<GroupRouter.Command> router(String overrides) {
    known.put(A, a.ref());
    known.put(B, b.ref());
    var config =
        ConfigFactory.parseString("mesh.replication { " + overrides + " }")
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    return kit.spawn(
        GroupRouter.create(
            new GroupRouter.Group(
                new GroupRouter.Replicas(List.of(A, B), Optional.of(A)),
                id -> Optional.ofNullable(known.get(id)),
                refusal::get),
            GroupSettings.of(Checked.section(config, "mesh.replication"))));
  }

  private static CompletableFuture<GroupCall.Answer> call(
      ActorRef<GroupRouter.Command> router, GroupRouter.Kind kind, String text) {
    CompletableFuture<GroupCall.Answer> answer = new CompletableFuture<>();
    router.tell(new GroupRouter.Call(kind, 0, Bytes.utf8(text), false, answer));
    return answer;
  }

  private static List<Long> ids(GroupCall.Propose propose) {
    return propose.commands().stream().map(GroupCall.Command::id).toList();
  }

  private static Reason reasonOf(CompletableFuture<GroupCall.Answer> answer) {
    var failure = assertThrows(CompletionException.class, answer::join);
    return assertInstanceOf(ReplicatedLogException.class, failure.getCause()).reason();
  }
}
