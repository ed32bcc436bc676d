package dev.mesh.peer;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.MeshSettings;
import dev.mesh.events.MeshEvents;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.Registered;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three actor systems that become neighbours over sockets, and one that goes. */
class OverlayActorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.provider = cluster
              pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              mesh.overlay.interval = 100ms
              """)
          .withFallback(ConfigFactory.load());

  private final List<Peer> peers = List.of(new Peer("a"), new Peer("b"), new Peer("c"));

  /** A peer that does nothing but keep neighbours. */
  private static final class Peer {
    final ActorTestKit kit = ActorTestKit.create(CONFIG);
    final PeerId id;
    final PeerState state;
    final PeerRefs refs = new PeerRefs(kit.system());
    final String address = Members.hostPort(Cluster.get(kit.system()).selfMember().address());

    Peer(String name) {
      id = new PeerId(name);
      state = new PeerState(id, 1, new MeshEvents(10, InstantSource.system()));
    }

    void start() {
      PeerContext peer = new PeerContext(MeshSettings.of(CONFIG), state, refs, address);
      kit.system()
          .systemActorOf(
              Behaviors.setup(
                  context -> {
                    context.spawn(
                        OverlayActor.create(peer, (subject, outcome, times) -> {}),
                        OverlayActor.NAME);
                    return Behaviors.empty();
                  }),
              PeerRefs.GUARDIAN,
              Props.empty());
    }
  }

  @AfterEach
  void stop() {
    peers.forEach(peer -> peer.kit.shutdownTestKit());
  }

  @Test
  void peersAreNeighboursUntilOneIsSilentOrLeaves() {
    Peer a = peers.get(0);
    Peer b = peers.get(1);
    Peer c = peers.get(2);
    for (Peer peer : peers) {
      peers.forEach(other -> peer.refs.learn(new Contact(other.id, 1, other.address)));
      peer.state.directoryIs(registry(1, peers));
      peer.start();
    }
    awaitNeighbours(a, b, c);
    awaitNeighbours(b, a, c);
    awaitNeighbours(c, a, b);
    c.kit.shutdownTestKit();
    awaitNeighbours(a, b);
    awaitNeighbours(b, a);
    a.state.directoryIs(registry(2, List.of(a)));
    awaitNeighbours(a);
  }

  private static void awaitNeighbours(Peer of, Peer... expected) {
    Set<PeerId> ids = new HashSet<>();
    for (Peer peer : expected) {
      ids.add(peer.id);
    }
    await().atMost(PATIENCE).until(() -> Set.copyOf(of.state.neighbours()).equals(ids));
  }

  private static Directory registry(long version, List<Peer> peers) {
    SortedMap<PeerId, Registered> registered = new TreeMap<>();
    for (Peer peer : peers) {
      registered.put(peer.id, new Registered(peer.address, "zone", Directory.PeerState.ACTIVE));
    }
    return new Directory(version, 1, 1, registered, new TreeMap<>());
  }
}
