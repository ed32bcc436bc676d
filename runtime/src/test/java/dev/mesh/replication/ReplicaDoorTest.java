package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaDoorTest {
  private static final PeerId A = new PeerId("a");
  private static final GroupId GROUP = new GroupId(7);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<GroupCall.Reply> caller = kit.createTestProbe(GroupCall.Reply.class);
  private final TestProbe<GroupCall.AdminReply> admin =
      kit.createTestProbe(GroupCall.AdminReply.class);
  private final AtomicReference<Optional<ActorRef<GroupMessage>>> replica =
      new AtomicReference<>(Optional.empty());
  private final ActorRef<GroupCall> door = kit.spawn(ReplicaDoor.create(GROUP, replica::get));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void callsReachWhicheverReplicaIsBehindIt() {
    GroupCall call = new GroupCall.Read(List.of(1L), caller.ref());
    for (int life = 0; life < 2; life++) {
      TestProbe<GroupMessage> behind = kit.createTestProbe(GroupMessage.class);
      replica.set(Optional.of(behind.ref()));
      door.tell(call);
      behind.expectMessage(call);
    }
    caller.expectNoMessage();
  }

  @Test
  void callersLearnThatNobodyIsBehindItAndAQueryIsAskedAgainByItsRouter() {
    door.tell(new GroupCall.Query(1, 0, Bytes.EMPTY, caller.ref()));
    door.tell(
        new GroupCall.Propose(
            List.of(new GroupCall.Command(2, Bytes.EMPTY), new GroupCall.Command(3, Bytes.EMPTY)),
            caller.ref()));
    caller.expectMessage(new GroupCall.NotLeader(List.of(2L, 3L), Optional.empty()));
    door.tell(new GroupCall.Read(List.of(4L), caller.ref()));
    caller.expectMessage(new GroupCall.NotLeader(List.of(4L), Optional.empty()));
  }

  @Test
  void whoLooksAfterTheGroupLearnsThatNobodyIsBehindIt() {
    door.tell(new GroupCall.Reconfigure(Membership.of(List.of(A)), admin.ref()));
    door.tell(new GroupCall.Transfer(A, admin.ref()));
    door.tell(new GroupCall.Report(admin.ref()));
    for (int call = 0; call < 3; call++) {
      GroupCall.NotDone answer = admin.expectMessageClass(GroupCall.NotDone.class);
      assertFalse(answer.leads());
      assertEquals(Optional.empty(), answer.leader());
      assertTrue(answer.why().contains("no replica of group-7 is here"), answer.why());
    }
  }
}
