package dev.mesh.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.serialization.MeshSerializer;
import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.AppEntry;
import dev.mesh.protocols.gossip.GossipMessage;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.Prefix;
import dev.mesh.protocols.gossip.Stamp;
import dev.mesh.protocols.gossip.Tree;
import dev.mesh.protocols.gossip.Version;
import dev.mesh.protocols.membership.Announcement;
import dev.mesh.protocols.membership.Candidate;
import dev.mesh.protocols.membership.ClusterReport;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.membership.HealthUpdate;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.Hello;
import dev.mesh.protocols.membership.Incarnation;
import dev.mesh.protocols.membership.OverlayMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
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
  private static final Incarnation LIFE = new Incarnation(1_700_000_000_000L, 3);
  private static final HealthUpdate ACCUSED = new HealthUpdate(B, LIFE, Health.SUSPECT, A);
  private static final Candidate CANDIDATE = new Candidate(A, 7, "host:1", "zone");
  private static final FoundingSet AB = FoundingSet.of(List.of(A, B));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  static Stream<WireMessage> messages() {
    return Stream.of(
        greeting(Optional.empty(), Optional.empty()),
        greeting(Optional.of(AB), Optional.of(FoundedMesh.by(AB))),
        new HeartbeatWire.Pinged(new Heartbeat.Ping(A, LIFE, 5, List.of(ACCUSED))),
        new HeartbeatWire.Ponged(new Heartbeat.Pong(A, LIFE, 5, List.of())),
        new HeartbeatWire.Asked(new Heartbeat.AskConfirmation(A, LIFE, B, LIFE)),
        new HeartbeatWire.Confirmed(new Heartbeat.Confirmation(A, LIFE, B, LIFE, true)),
        new OverlayActor.Linked(new OverlayMessage.Link(CANDIDATE, 3)),
        new OverlayActor.Unlinked(new OverlayMessage.Unlink(CANDIDATE, List.of())),
        new OverlayActor.Exchanged(
            new OverlayMessage.Exchange(
                CANDIDATE, true, List.of(new OverlayMessage.Sighting(CANDIDATE, 5)))),
        new GossipWire.Summarised(new GossipMessage.Summary(A, Long.MIN_VALUE, 7)),
        new GossipWire.Branched(
            new GossipMessage.Branches(A, Tree.ENTRIES, List.of(branch(), branch()))),
        new GossipWire.Compared(buckets(2)),
        new GossipWire.Wanted(new GossipMessage.Want(A, Tree.PEERS, List.of("b"))),
        new GossipWire.Told(
            new GossipMessage.News(
                A,
                true,
                List.of(
                    facts(1, Optional.empty(), OptionalDouble.empty()),
                    facts(2, Optional.of("host:80"), OptionalDouble.of(0.5))),
                List.of(entry(Optional.of(Bytes.utf8("v"))), entry(Optional.empty())))),
        new GossipWire.Shared(
            new AggregationMessage.Share(
                A,
                7,
                Long.MAX_VALUE,
                new AggregationMessage.Mass(
                    0.5, Set.of(A, B), Map.of("load", new AggregationMessage.Part(1, 2, 3, 4))))),
        new GossipWire.Acknowledged(new AggregationMessage.Taken(A, 7, 8)));
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
  void comparisonsKeepToTheSizesThatGossipCountsOn() {
    assertTrue(
        sizeOf(
                new GossipWire.Branched(
                    new GossipMessage.Branches(A, Tree.PEERS, Collections.nCopies(100, branch()))))
            <= 100 * GossipMessage.Branch.WEIGHT);
    GossipMessage.Buckets buckets = buckets(100);
    assertTrue(
        sizeOf(new GossipWire.Compared(buckets))
            <= buckets.buckets().stream().mapToInt(GossipMessage.Bucket::weight).sum());
  }

  @Test
  void entriesKeepToTheSizeThatGossipCountsOn() {
    AppEntry entry = entry(Optional.of(Bytes.wrap(new byte[1000])));
    assertTrue(
        sizeOf(
                new GossipWire.Told(
                    new GossipMessage.News(A, true, List.of(), Collections.nCopies(20, entry))))
            <= 20 * entry.weight());
  }

  @Test
  void factsKeepToTheSizeThatGossipCountsOn() {
    List<PeerFacts> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(
          facts(i, Optional.of("host.of.some.length.example.org:8080"), OptionalDouble.of(0.123)));
    }
    assertTrue(
        sizeOf(new GossipWire.Told(new GossipMessage.News(A, false, many, List.of())))
            <= many.stream().mapToInt(PeerFacts::weight).sum());
  }

  @Test
  void aHeartbeatIsSmall() {
    List<HealthUpdate> most = Collections.nCopies(Heartbeat.MAX_UPDATES, ACCUSED);
    HeartbeatSizes sizes = new HeartbeatSizes(KIT.system());
    assertTrue(sizes.applyAsInt(new Heartbeat.Ping(A, LIFE, 5, List.of())) <= 128);
    assertTrue(sizes.applyAsInt(new Heartbeat.Ping(A, LIFE, 5, most)) <= 1024);
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

  private static GossipMessage.Branch branch() {
    return new GossipMessage.Branch(
        new Prefix(16, Long.MIN_VALUE), Collections.nCopies(16, Long.MAX_VALUE));
  }

  private static GossipMessage.Buckets buckets(int count) {
    PeerId longest = new PeerId("%0100d".formatted(1));
    Stamp stamp = new Stamp(new Version(Long.MAX_VALUE, Long.MAX_VALUE), longest);
    GossipMessage.Held held = new GossipMessage.Held("\u20ac".repeat(80), stamp);
    return new GossipMessage.Buckets(
        A,
        Tree.PEERS,
        Collections.nCopies(
            count, new GossipMessage.Bucket(new Prefix(3, Long.MIN_VALUE), List.of(held, held))));
  }

  private static AppEntry entry(Optional<Bytes> value) {
    return new AppEntry("\u20ac", new Stamp(new Version(0, Long.MAX_VALUE), A), value);
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
        "0.1.0",
        List.of(A, B),
        Map.of(B, 0.93));
  }
}
