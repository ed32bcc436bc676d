package dev.mesh.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.serialization.MeshSerializer;
import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.GossipMessage;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.Version;
import dev.mesh.protocols.membership.Announcement;
import dev.mesh.protocols.membership.ClusterReport;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FailureDetector.Message;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.membership.Hello;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What discovery, heartbeats and gossip say survives the wire, in a size that the cores count on.
 */
class WireMessagesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final FoundingSet AB = FoundingSet.of(List.of(A, B));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  static Stream<WireMessage> messages() {
    return Stream.of(
        greeting(Optional.empty(), Optional.empty()),
        greeting(Optional.of(AB), Optional.of(FoundedMesh.by(AB))),
        new HeartbeatActor.Pinged(new Message.Ping(A, 7)),
        new HeartbeatActor.Ponged(new Message.Pong(A, 7)),
        new HeartbeatActor.Asked(new Message.AskConfirmation(A, 7, B, 9)),
        new HeartbeatActor.Confirmed(new Message.Confirmation(A, 7, B, 9, true)),
        new GossipActor.Compared(digest(2)),
        new GossipActor.Compared(
            new GossipMessage.Digest(A, Optional.of(A), Optional.of(B), Map.of())),
        new GossipActor.Wanted(new GossipMessage.Want(A, List.of(B))),
        new GossipActor.Told(
            new GossipMessage.Facts(
                A,
                List.of(
                    facts(1, Optional.empty(), OptionalDouble.empty()),
                    facts(2, Optional.of("host:80"), OptionalDouble.of(0.5))))));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsSaidIsWhatIsHeard(WireMessage message) throws Exception {
    Serialization serialization = serialization();
    MeshSerializer serializer = (MeshSerializer) serialization.serializerFor(message.getClass());
    byte[] bytes = serializer.toBinary(message);
    assertEquals(message, serializer.fromBinary(bytes, serializer.manifest(message)));
  }

  @Test
  void aFullDigestKeepsToTheSizeThatGossipCountsOn() {
    int entries = 64 * 1024 / 144;
    assertTrue(sizeOf(new GossipActor.Compared(digest(entries))) <= 64 * 1024);
  }

  @Test
  void factsKeepToTheSizeThatGossipCountsOn() {
    List<PeerFacts> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(
          facts(i, Optional.of("host.of.some.length.example.org:8080"), OptionalDouble.of(0.123)));
    }
    int texts = 4 + 6 + "host.of.some.length.example.org:8080".length() + 7 + 5 + 6 + 14;
    assertTrue(
        sizeOf(new GossipActor.Told(new GossipMessage.Facts(A, many))) <= 100 * (256 + texts));
  }

  private static int sizeOf(WireMessage message) {
    return serialization().serialize(message).get().length;
  }

  private static Serialization serialization() {
    return SerializationExtension.get(Adapter.toClassic(KIT.system()));
  }

  private static DiscoveryActor.Greeting greeting(
      Optional<FoundingSet> promise, Optional<FoundedMesh> mesh) {
    return new DiscoveryActor.Greeting(
        new Hello(
            "mesh",
            1,
            A,
            7,
            "host:1",
            true,
            new Announcement(A, 2, Optional.of(AB), promise, mesh),
            new ClusterReport(true, List.of(A, B), false, promise.map(set -> A)),
            List.of(new Contact(B, 9, "host:2"))));
  }

  private static GossipMessage.Digest digest(int entries) {
    Map<PeerId, Version> versions = new TreeMap<>();
    for (int i = 0; i < entries; i++) {
      String longest = "%0100d".formatted(i);
      versions.put(new PeerId(longest), new Version(Long.MAX_VALUE, Long.MAX_VALUE));
    }
    return new GossipMessage.Digest(A, Optional.empty(), Optional.empty(), versions);
  }

  private static PeerFacts facts(int index, Optional<String> http, OptionalDouble cpu) {
    return new PeerFacts(
        new PeerId("p" + index),
        new Version(Long.MAX_VALUE, index),
        "host:1",
        http,
        "default",
        Set.of("gpu"),
        Set.of("echo", "sleep"),
        new Load(1, 2, 4, cpu),
        10,
        1,
        "0.1.0");
  }
}
