package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.ClusterView.Standing;
import dev.mesh.protocols.membership.Discovery.Effect;
import dev.mesh.protocols.membership.Discovery.Input;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Peers of one mesh that find each other and enter a cluster, on one thread and one seed. The
 * cluster is modelled by its set of members: who forms one is its first member, who joins is taken
 * up at once, and who crashes is dropped from it a while later.
 */
final class DiscoverySimulation {
  private static final int TICK = 100;
  private static final long DROPPED_AFTER = 1_500;

  private record Event(long at, long order, Runnable action) {}

  private final class Peer {
    final Contact first;
    final boolean founder;
    long life;
    Discovery core;
    Set<Peer> cluster = Set.of();

    Peer(int index, boolean founder) {
      this.first = new Contact(new PeerId("p" + index), 0, "host" + index + ":1");
      this.founder = founder;
    }

    void start() {
      life++;
      Contact self = new Contact(first.peer(), life, first.address());
      core = new Discovery(self, settings(), draws, announcement(), List.of());
      tick(life);
    }

    void crash() {
      life++;
      core = null;
      Set<Peer> left = cluster;
      cluster = Set.of();
      after(DROPPED_AFTER, () -> leave(left));
    }

    private void leave(Set<Peer> left) {
      if (left != cluster && !left.isEmpty()) {
        left.remove(this);
      }
    }

    private void tick(long of) {
      if (of == life) {
        after(TICK, () -> tick(of));
        handle(new Input.ClusterChanged(now, view()));
      }
      if (of == life) { // a change may have led to a restart
        handle(new Input.Tick(now));
      }
    }

    private ClusterView view() {
      if (cluster.isEmpty()) {
        return ClusterView.OUTSIDE;
      }
      return new ClusterView(
          Standing.MEMBER,
          ids(cluster),
          ids(cluster.stream().filter(peer -> peer.cluster == cluster).toList()));
    }

    private Announcement announcement() {
      return new Announcement(
          first.peer(), 0, Optional.empty(), Optional.empty(), Optional.of(mesh));
    }

    private void handle(Input input) {
      long of = life;
      for (Effect effect : core.handle(input)) {
        if (of == life) {
          carryOut(effect);
        }
      }
    }

    private void carryOut(Effect effect) {
      if (effect instanceof Effect.SendHello send) {
        peers.stream()
            .filter(peer -> peer.first.address().equals(send.address()))
            .forEach(peer -> deliver(peer, send.hello()));
      } else if (effect instanceof Effect.FormCluster) {
        cluster = new LinkedHashSet<>(Set.of(this));
        formed++;
        mostClusters = Math.max(mostClusters, clusters().size());
      } else if (effect instanceof Effect.JoinCluster join) {
        peers.stream()
            .filter(peer -> join.addresses().contains(peer.first.address()))
            .filter(peer -> !peer.cluster.isEmpty())
            .findFirst()
            .ifPresent(this::join);
      } else if (effect instanceof Effect.RestartSystem) {
        crash();
        after(300, this::start);
      } else if (effect instanceof Effect.Refused refused) {
        throw new AssertionError(refused.message());
      }
    }

    private void join(Peer member) {
      cluster = member.cluster;
      cluster.add(this);
    }
  }

  private final Random random;
  private final Draws draws;
  private final FoundedMesh mesh;
  private final List<Peer> peers = new ArrayList<>();
  private final PriorityQueue<Event> queue =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private long now;
  private long order;
  private int lossPercent;
  private int formed;
  private int mostClusters;

  DiscoverySimulation(long seed, int founders, int surplus) {
    this.random = new Random(seed);
    this.draws = random::nextInt;
    for (int i = 0; i < founders + surplus; i++) {
      peers.add(new Peer(i, i < founders));
    }
    this.mesh =
        FoundedMesh.by(
            FoundingSet.of(
                peers.stream()
                    .filter(peer -> peer.founder)
                    .map(peer -> peer.first.peer())
                    .toList()));
  }

  void startAll() {
    peers.forEach(peer -> after(random.nextInt(2_000), peer::start));
  }

  void startOnly(int count) {
    peers.subList(0, count).forEach(peer -> after(0, peer::start));
  }

  void loss(int percent) {
    lossPercent = percent;
  }

  void crashNow(int index) {
    peers.get(index).crash();
  }

  void startNow(int index) {
    peers.get(index).start();
  }

  /** Peers crash and come back. */
  void crashSome(int times, long within) {
    for (int i = 0; i < times; i++) {
      after(
          random.nextInt((int) within),
          () -> {
            Peer victim = peers.get(random.nextInt(peers.size()));
            if (victim.core != null) {
              victim.crash();
              after(200 + random.nextInt(3_000), victim::start);
            }
          });
    }
  }

  void run(long millis) {
    long end = now + millis;
    while (!queue.isEmpty() && queue.peek().at() <= end) {
      Event event = queue.poll();
      now = event.at();
      event.action().run();
    }
    now = end;
  }

  int formed() {
    return formed;
  }

  int mostClusters() {
    return mostClusters;
  }

  String status(int index) {
    return peers.get(index).core.status();
  }

  void assertAllInOneCluster() {
    for (Peer peer : peers) {
      assertTrue(peer.core != null && !peer.cluster.isEmpty(), () -> peer.first + " is outside");
    }
    assertEquals(1, clusters().size(), () -> "clusters: " + clusters());
  }

  private Set<Set<PeerId>> clusters() {
    return peers.stream()
        .filter(peer -> !peer.cluster.isEmpty())
        .map(peer -> ids(peers.stream().filter(p -> p.cluster == peer.cluster).toList()))
        .collect(Collectors.toSet());
  }

  private static Set<PeerId> ids(Collection<Peer> of) {
    return of.stream()
        .map(peer -> peer.first.peer())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Everybody knows the first two founders to begin with. */
  private DiscoverySettings settings() {
    List<String> seeds = peers.stream().limit(2).map(peer -> peer.first.address()).toList();
    return new DiscoverySettings("mesh", 1, seeds, 1_000, 3, 1_000, 1_500, 1_000);
  }

  private void deliver(Peer to, Hello hello) {
    if (random.nextInt(100) >= lossPercent) {
      after(
          1 + random.nextInt(20),
          () -> {
            if (to.core != null) {
              to.handle(new Input.HelloReceived(now, hello));
            }
          });
    }
  }

  private void after(long millis, Runnable action) {
    queue.add(new Event(now + millis, order++, action));
  }
}
