package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.raft.Membership;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaderCallsTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final GroupId GROUP = new GroupId(1);
  private static final Membership NEXT = Membership.of(List.of(A));

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<GroupCall> a = kit.createTestProbe(GroupCall.class);
  private final TestProbe<GroupCall> b = kit.createTestProbe(GroupCall.class);

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void followsTheHintAndRemembersWhoLeads() {
    LeaderCalls calls = calls("");
    CompletionStage<Long> index = calls.reconfigure(GROUP, NEXT);
    GroupCall.Reconfigure first = a.expectMessageClass(GroupCall.Reconfigure.class);
    first.replyTo().tell(new GroupCall.NotDone(false, Optional.of(B), "b leads"));
    GroupCall.Reconfigure second = b.expectMessageClass(GroupCall.Reconfigure.class);
    assertEquals(NEXT, second.next());
    second.replyTo().tell(new GroupCall.Done(7));
    assertEquals(7, join(index));

    CompletionStage<Void> transferred = calls.transfer(GROUP, A);
    b.expectMessageClass(GroupCall.Transfer.class).replyTo().tell(new GroupCall.Done(0));
    join(transferred);
  }

  @Test
  void asksTheNextWhenOneIsSilentOrKnowsNoLeader() {
    CompletionStage<Long> index =
        calls("retry-after = 50ms, retry-tick = 10ms").reconfigure(GROUP, NEXT);
    a.expectMessageClass(GroupCall.Reconfigure.class);
    GroupCall.Reconfigure atB = b.expectMessageClass(GroupCall.Reconfigure.class);
    atB.replyTo().tell(new GroupCall.NotDone(false, Optional.empty(), "an election"));
    a.expectMessageClass(GroupCall.Reconfigure.class).replyTo().tell(new GroupCall.Done(9));
    assertEquals(9, join(index));
  }

  @Test
  void whatTheLeaderRefusesFailsWithItsReason() {
    CompletionStage<Long> index = calls("").reconfigure(GROUP, NEXT);
    a.expectMessageClass(GroupCall.Reconfigure.class)
        .replyTo()
        .tell(new GroupCall.NotDone(true, Optional.empty(), "one at a time"));
    GroupChangeException refusal = assertInstanceOf(GroupChangeException.class, failure(index));
    assertEquals(GroupChangeException.Reason.CONFLICT, refusal.reason());
    assertEquals("one at a time", refusal.getMessage());
  }

  @Test
  void givesUpWithinTheCallTimeOut() {
    CompletionStage<Long> index =
        calls("call-timeout = 200ms, retry-after = 50ms").reconfigure(GROUP, NEXT);
    ReplicatedLogException unavailable =
        assertInstanceOf(ReplicatedLogException.class, failure(index));
    assertEquals(ReplicatedLogException.Reason.UNAVAILABLE, unavailable.reason());
    assertTrue(unavailable.getMessage().contains("no leader"));
  }

  private LeaderCalls calls(String settings) {
    var config =
        ConfigFactory.parseString("mesh.replication { " + settings + " }")
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    Directory directory = Founding.directory(List.of(A, B), 1, 1);
    var replicas = Map.of(A, a.ref(), B, b.ref());
    return new LeaderCalls(
        kit.system(),
        GroupSettings.of(Checked.section(config, "mesh.replication")),
        () -> directory,
        (peer, group) -> Optional.ofNullable(replicas.get(peer)));
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static Throwable failure(CompletionStage<?> stage) {
    return assertThrows(CompletionException.class, () -> join(stage)).getCause();
  }
}
