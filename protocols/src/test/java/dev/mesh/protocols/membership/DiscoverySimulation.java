package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.membership.ClusterView.Standing;
import dev.mesh.protocols.membership.Discovery.Effect;
import dev.mesh.protocols.membership.Discovery.Input;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Peers of one mesh that find each other and enter a cluster, on one thread and one seed. The
 * cluster is modelled: who forms one is its first member, who joins is taken up at once, and after
 * a while a side with a majority of the founders removes the members that it does not reach. From
 * then on it does not hear their present lives, as Pekko's remoting does not.
 */
final class DiscoverySimulation {
  private static final int TICK = 100;
  private static final long REMOVED_AFTER = 1_500;

  private record Event(long at, long order, Runnable action) {}

  /** The lives of the members, and those that were removed. */
  private static final class Cluster {
    final Map<Peer, Long> members = new LinkedHashMap<>();
    final Map<Peer, Long> removed = new HashMap<>();

    boolean hasRemoved(Peer peer) {
      return removed.getOrDefault(peer, 0L) == peer.life;
    }
  }

  private final class Peer {
    final Contact first;
    final boolean founder;
    long life;
    int side;
    Discovery core;
    Cluster cluster; // null while outside
    Set<PeerId> reached = Set.of();
    long reachedSince;

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
      cluster = null;
    }

    private void tick(long of) {
      if (of == life) {
        after(TICK, () -> tick(of));
        removeTheLost();
        handle(new Input.ClusterChanged(now, view()));
      }
      if (of == life) { // a change may have led to a restart
        handle(new Input.Tick(now));
      }
    }

    private void removeTheLost() {
      Set<PeerId> reach = ids(reach());
      if (!reach.equals(reached)) {
        reached = reach;
        reachedSince = now;
      }
      boolean lost = cluster != null && reach.size() < cluster.members.size();
      long founders = reach.stream().filter(mesh.founders()::contains).count();
      boolean majority = Quorum.isMajority((int) founders, mesh.founders().size());
      if (lost && majority && now - reachedSince >= REMOVED_AFTER) {
        Cluster rest = new Cluster();
        rest.removed.putAll(cluster.removed);
        rest.removed.putAll(cluster.members);
        for (Peer peer : reach()) {
          rest.removed.remove(peer);
          rest.members.put(peer, peer.life);
        }
        rest.members.keySet().forEach(peer -> peer.cluster = rest);
      }
    }

    private List<Peer> reach() {
      return cluster == null
          ? List.of()
          : cluster.members.keySet().stream()
              .filter(peer -> peer.cluster == cluster && peer.side == side)
              .toList();
    }

    private ClusterView view() {
      return cluster == null
          ? ClusterView.OUTSIDE
          : new ClusterView(Standing.MEMBER, ids(cluster.members.keySet()), ids(reach()));
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
            .forEach(peer -> deliver(this, peer, send.hello()));
      } else if (effect instanceof Effect.FormCluster) {
        join(new Cluster());
        formed++;
        mostClusters = Math.max(mostClusters, clusters().size());
      } else if (effect instanceof Effect.JoinCluster join) {
        peers.stream()
            .filter(peer -> join.addresses().contains(peer.first.address()))
            .filter(peer -> peer.cluster != null && peer.side == side)
            .findFirst()
            .ifPresent(peer -> join(peer.cluster));
      } else if (effect instanceof Effect.RestartSystem) {
        crash();
        after(300, this::start);
      } else if (effect instanceof Effect.Refused refused) {
        throw new AssertionError(refused.message());
      }
    }

    private void join(Cluster joined) {
      cluster = joined;
      cluster.members.put(this, life);
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

  /** No hello and no heartbeat passes between the peers below {@code index} and the others. */
  void cut(int index) {
    for (int i = 0; i < peers.size(); i++) {
      peers.get(i).side = i < index ? 1 : 0;
    }
  }

  void heal() {
    peers.forEach(peer -> peer.side = 0);
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
      assertTrue(peer.cluster != null, () -> peer.first + " is outside");
      assertEquals(peers.size(), peer.cluster.members.size());
    }
    assertEquals(1, clusters().size(), () -> "clusters: " + clusters());
  }

  private Set<Set<PeerId>> clusters() {
    return peers.stream()
        .filter(peer -> peer.cluster != null)
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

  private void deliver(Peer from, Peer to, Hello hello) {
    if (random.nextInt(100) < lossPercent || from.side != to.side) {
      return;
    }
    long sentIn = from.life;
    after(
        1 + random.nextInt(20),
        () -> {
          boolean stillThere = to.core != null && from.life == sentIn;
          if (stillThere && to.cluster != null && to.cluster.hasRemoved(from)) {
            from.handle(new Input.QuarantinedBy(now, to.first.address()));
          } else if (stillThere && (from.cluster == null || !from.cluster.hasRemoved(to))) {
            to.handle(new Input.HelloReceived(now, hello));
          }
        });
  }

  private void after(long millis, Runnable action) {
    queue.add(new Event(now + millis, order++, action));
  }
}
