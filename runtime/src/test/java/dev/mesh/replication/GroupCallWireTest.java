package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mesh.persistence.serialization.MeshSerializer;
import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What routers and replicas tell one another survives the wire. */
class GroupCallWireTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final GroupId GROUP = new GroupId(7);
  private static final Membership MEMBERS = new Membership(List.of(A, B), List.of(C));
  private static final Bytes BYTES = Bytes.utf8("bytes");
  private static final List<Long> IDS = List.of(1L, Long.MAX_VALUE);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  static Stream<WireMessage> messages() {
    ActorRef<GroupCall.Reply> caller = KIT.createTestProbe(GroupCall.Reply.class).ref();
    ActorRef<GroupCall.AdminReply> admin = KIT.createTestProbe(GroupCall.AdminReply.class).ref();
    ActorRef<GroupCall.Inspected> inspector = KIT.createTestProbe(GroupCall.Inspected.class).ref();
    return Stream.of(
        new GroupCall.Propose(
            List.of(new GroupCall.Command(1, BYTES), new GroupCall.Command(2, Bytes.EMPTY)),
            caller),
        new GroupCall.Read(IDS, caller),
        new GroupCall.Query(3, 9, BYTES, caller),
        new GroupCall.Inspect(inspector),
        new GroupCall.Inspected(
            new GroupStatus(
                GROUP, A, Role.LEADER, 3, Optional.of(A), 9, 8, 10, MEMBERS, Map.of(B, 9L))),
        new GroupCall.Inspected(
            new GroupStatus(
                GROUP, B, Role.FOLLOWER, 3, Optional.empty(), 9, 8, 10, MEMBERS, Map.of())),
        new GroupCall.Reconfigure(MEMBERS, admin),
        new GroupCall.Transfer(B, admin),
        new GroupCall.Report(admin),
        new GroupCall.Done(5),
        new GroupCall.Reported(new GroupReport(GROUP, A, 3, MEMBERS, 4, true, Set.of(B))),
        new GroupCall.NotDone(true, Optional.empty(), "why"),
        new GroupCall.NotDone(false, Optional.of(A), "why"),
        new GroupCall.Answers(
            List.of(
                new GroupCall.Answer(1, 7, BYTES),
                new GroupCall.Answer(2, Long.MAX_VALUE, Bytes.EMPTY))),
        new GroupCall.NotLeader(IDS, Optional.of(B)),
        new GroupCall.NotLeader(IDS, Optional.empty()),
        new GroupCall.Overloaded(IDS, "too much"),
        new GroupCall.Unknown(IDS));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsSaidIsWhatIsHeard(WireMessage message) throws Exception {
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    MeshSerializer serializer = (MeshSerializer) serialization.serializerFor(message.getClass());
    byte[] bytes = serialization.serialize(message).get();
    Object heard =
        serialization
            .deserialize(bytes, serializer.identifier(), serializer.manifest(message))
            .get();
    assertEquals(message, heard);
  }

  @Test
  void noMessageIsLeftOut() {
    Set<Class<?>> all =
        Stream.of(GroupCall.class.getDeclaredClasses())
            .filter(Class::isRecord)
            .filter(WireMessage.class::isAssignableFrom)
            .collect(Collectors.toSet());
    assertEquals(all, messages().map(Object::getClass).collect(Collectors.toSet()));
  }
}
