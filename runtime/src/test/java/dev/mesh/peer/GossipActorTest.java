package dev.mesh.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.MeshSettings;
import dev.mesh.events.MeshEvent;
import dev.mesh.events.MeshEvents;
import dev.mesh.gossip.GossipException;
import dev.mesh.gossip.MeshGossip;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Aggregate;
import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.GossipMessage;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.Version;
import dev.mesh.protocols.membership.Contact;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two actor systems that gossip over sockets, and what their applications see of it. */
class GossipActorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.provider = cluster
              pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              mesh.gossip { interval = 200ms, max-value-bytes = 100 B }
              """)
          .withFallback(ConfigFactory.load());

  private final Peer a = new Peer("a", 1);
  private final Peer b = new Peer("b", 3);

  /** A peer that does nothing but gossip. */
  private static final class Peer {
    final ActorTestKit kit = ActorTestKit.create(CONFIG);
    final PeerState state;
    final PeerRefs refs = new PeerRefs(kit.system());
    final String address = Members.hostPort(Cluster.get(kit.system()).selfMember().address());
    final int queued;
    final List<PeerId> misbehaved = new CopyOnWriteArrayList<>();

    Peer(String name, int queued) {
      this.state = new PeerState(new PeerId(name), 1, new MeshEvents(10, InstantSource.system()));
      this.queued = queued;
    }

    void start() {
      PeerContext peer = new PeerContext(MeshSettings.of(CONFIG), state, refs, address);
      kit.system()
          .systemActorOf(
              Behaviors.setup(
                  context -> {
                    context.spawn(
                        GossipActor.create(
                            peer,
                            this::facts,
                            (subject, outcome, times) -> misbehaved.add(subject)),
                        GossipActor.NAME);
                    return Behaviors.empty();
                  }),
              PeerRefs.GUARDIAN,
              Props.empty());
    }

    private PeerFacts facts() {
      return facts(state.self(), 0);
    }

    PeerFacts facts(PeerId of, int done) {
      return new PeerFacts(
          of,
          new Version(1, 0),
          address,
          Optional.empty(),
          "zone",
          Set.of(),
          Set.of("echo"),
          new Load(1, queued, 4, OptionalDouble.empty()),
          done,
          0,
          "1",
          List.of(),
          Map.of());
    }

    Contact contact() {
      return new Contact(state.self(), 1, address);
    }

    MeshGossip gossip() {
      return state.gossip();
    }
  }

  private void startBoth() {
    a.refs.learn(b.contact());
    b.refs.learn(a.contact());
    a.start();
    b.start();
    await().atMost(PATIENCE).until(() -> a.state.facts().size() == 2);
    await().atMost(PATIENCE).until(() -> b.state.facts().size() == 2);
  }

  @AfterEach
  void stop() {
    a.kit.shutdownTestKit();
    b.kit.shutdownTestKit();
  }

  @Test
  void whoSendsWhatNobodySendsIsToldOf() {
    startBoth();
    PeerId one = new PeerId("one");
    PeerId other = new PeerId("other");
    tellA(
        GossipWire.of(
            new GossipMessage.News(one, true, List.of(a.facts(b.state.self(), -1)), List.of())));
    tellA(
        GossipWire.of(
            new AggregationMessage.Share(
                other, 0, 1, new AggregationMessage.Mass(Double.NaN, Set.of(), Map.of()))));
    await().atMost(PATIENCE).until(() -> a.misbehaved.containsAll(List.of(one, other)));
    assertEquals(
        2,
        a.state.events().recent().events().stream()
            .filter(event -> event.what() instanceof MeshEvent.PeerRefused)
            .count());
  }

  private void tellA(GossipWire message) {
    b.refs.<GossipWire>at(a.state.self(), GossipActor.NAME).orElseThrow().tell(message);
  }

  @Test
  void whatOnePublishesTheOtherHearsAndReads() {
    startBoth();
    List<String> heard = new CopyOnWriteArrayList<>();
    a.gossip().publish("before/x", bytes("0")).toCompletableFuture().join();
    await().atMost(PATIENCE).until(() -> b.gossip().get("before/x").isPresent());
    MeshGossip.Subscription all =
        b.gossip()
            .subscribe(
                "before/",
                (key, value) ->
                    heard.add(key + "=" + value.map(GossipActorTest::text).orElse("gone")));
    await().atMost(PATIENCE).until(() -> heard.contains("before/x=0"));
    a.gossip().publish("before/x", bytes("1")).toCompletableFuture().join();
    a.gossip().publish("other", bytes("2")).toCompletableFuture().join();
    await().atMost(PATIENCE).until(() -> heard.contains("before/x=1"));
    await().atMost(PATIENCE).until(() -> b.gossip().get("other").isPresent());
    assertEquals(Set.of("before/x"), b.gossip().list("before/").keySet());
    b.gossip().delete("before/x").toCompletableFuture().join();
    await().atMost(PATIENCE).until(() -> a.gossip().get("before/x").isEmpty());
    await().atMost(PATIENCE).until(() -> heard.contains("before/x=gone"));
    assertEquals(List.of("before/x=0", "before/x=1", "before/x=gone"), heard);
    all.close();
    assertArrayEquals(bytes("2"), a.gossip().get("other").orElseThrow());
  }

  @Test
  void whatIsOverTheBoundsIsRefusedWithTheReason() {
    CompletionException early =
        assertThrows(
            CompletionException.class,
            () -> a.gossip().publish("k", bytes("v")).toCompletableFuture().join());
    assertTrue(early.getCause().getMessage().contains("not a member"), early.toString());
    startBoth();
    CompletionException large =
        assertThrows(
            CompletionException.class,
            () -> a.gossip().publish("k", new byte[101]).toCompletableFuture().join());
    assertEquals(GossipException.class, large.getCause().getClass());
    assertTrue(large.getCause().getMessage().contains("101 bytes"), large.toString());
  }

  @Test
  void aggregatesAreOfAllPeers() {
    a.gossip().contribute("depth", () -> 10);
    a.gossip().contribute("broken", () -> Double.NaN);
    assertThrows(IllegalArgumentException.class, () -> a.gossip().contribute("load", () -> 1));
    startBoth();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                a.state
                    .aggregate("load")
                    .flatMap(load -> load.count().stream().boxed().findFirst())
                    .filter(count -> Math.abs(count - 2) < 0.1)
                    .isPresent());
    Aggregate load = a.state.aggregate("load").orElseThrow();
    assertEquals(0.75, load.mean(), 0.01);
    assertEquals(0.5, load.min());
    assertEquals(1, load.max());
    await().atMost(PATIENCE).until(() -> b.state.aggregate("depth").isPresent());
    assertEquals(10, b.state.aggregate("depth").orElseThrow().mean(), 0.01);
    assertEquals(Optional.empty(), b.state.aggregate("broken"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
