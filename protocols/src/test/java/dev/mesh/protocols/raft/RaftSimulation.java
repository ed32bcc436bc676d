package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.EventQueue;
import dev.mesh.protocols.sim.Network;
import dev.mesh.protocols.sim.SeededDraws;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A group of 3 to 7 peers, clients that propose and read, and everything that can go wrong; then
 * calm, in which the group must make progress. One seed decides it all.
 */
final class RaftSimulation {
  private static final long FAULTS_MILLIS = 3_000;
  private static final long CALM_MILLIS = 10_000;

  private final SeededDraws draws;
  private final EventQueue events = new EventQueue();
  private final Oracle oracle = new Oracle();
  private final Network<Message> network;
  private final Map<PeerId, SimulatedPeer> peers = new TreeMap<>();
  private final long mostBetweenFaults;
  private final long mostBetweenCompactions;
  private long requests;
  private boolean calm;

  RaftSimulation(long seed) {
    draws = new SeededDraws(seed);
    network =
        new Network<>(
            events,
            draws.fork(),
            (from, to, message) -> peers.get(to).step(new Input.Receive(from, message)));
    mostBetweenFaults = any(List.of(40L, 80L, 250L));
    mostBetweenCompactions = any(List.of(10L, 40L, 150L));
    Membership membership = membership();
    RaftSettings settings = settings();
    for (PeerId id : all(membership)) {
      peers.put(
          id, new SimulatedPeer(id, membership, settings, events, network, oracle, draws.fork()));
    }
  }

  private Membership membership() {
    int voters = any(List.of(1, 2, 3, 3, 3, 4, 5, 5));
    int learners = Math.max(0, 3 - voters) + draws.below(3);
    List<PeerId> ids = new ArrayList<>();
    for (int i = 0; i < voters + learners; i++) {
      ids.add(new PeerId("p" + i));
    }
    return new Membership(ids.subList(0, voters), ids.subList(voters, ids.size()));
  }

  private static List<PeerId> all(Membership membership) {
    List<PeerId> ids = new ArrayList<>(membership.voters());
    ids.addAll(membership.learners());
    return ids;
  }

  private RaftSettings settings() {
    int bytesPerAppend = any(List.of(1, 100, 500));
    return new RaftSettings(
        100, 200, 30, bytesPerAppend, 1 + draws.below(6), 20, 300, 1_000, 2_000, 200, 8, false, 10);
  }

  Oracle oracle() {
    return oracle;
  }

  /** Returns a hash of all that happened. */
  long run() {
    network.weather(draws.below(15), draws.below(10), 1 + draws.below(30));
    peers.values().forEach(SimulatedPeer::start);
    propose();
    read();
    compact();
    fault();
    if (draws.chance(40)) {
      huntLeaders();
    }
    events.run(FAULTS_MILLIS, () -> false);
    demandProgress();
    return oracle.trace();
  }

  private List<SimulatedPeer> up() {
    return peers.values().stream().filter(SimulatedPeer::isUp).toList();
  }

  private <T> T any(List<T> of) {
    return of.get(draws.below(of.size()));
  }

  /** Mostly to a peer that thinks it leads, of which there may be several. */
  private void atSomePeer(Input input) {
    List<SimulatedPeer> leaders = up().stream().filter(SimulatedPeer::leads).toList();
    if (!leaders.isEmpty() && !draws.chance(10)) {
      any(leaders).step(input);
    } else if (!up().isEmpty()) {
      any(up()).step(input);
    }
  }

  private void propose() {
    int burst = 1 + draws.below(4);
    for (int i = 0; i < burst; i++) {
      byte[] payload = new byte[draws.chance(5) ? 600 : draws.below(40)];
      payload = Arrays.copyOf(payload, payload.length + 8);
      ByteBuffer.wrap(payload).putLong(++requests);
      atSomePeer(new Input.Propose(requests, Bytes.wrap(payload)));
    }
    events.after(draws.between(1, calm ? 200 : 40), this::propose);
  }

  private void read() {
    oracle.readBegins(++requests);
    atSomePeer(new Input.Read(requests, events.now()));
    events.after(draws.between(1, 60), this::read);
  }

  private void compact() {
    if (!up().isEmpty()) {
      SimulatedPeer peer = any(up());
      peer.step(new Input.Compact(Math.max(0, peer.raft().appliedIndex() - draws.below(10))));
    }
    events.after(draws.between(1, mostBetweenCompactions), this::compact);
  }

  private void fault() {
    if (calm) {
      return;
    }
    int draw = draws.below(100);
    if (draw < 15) {
      crashSome();
    } else if (draw < 55) {
      startAll();
    } else if (draw < 75) {
      cutSome();
    } else if (draw < 90) {
      network.mend();
    } else {
      network.weather(draws.below(40), draws.below(20), 1 + draws.below(60));
      peers.values().forEach(peer -> peer.trouble(1 + draws.below(80), draws.below(20)));
    }
    events.after(draws.between(1, mostBetweenFaults), this::fault);
  }

  /** Leaders that live just long enough to leave their entries at some of the others (Figure 8). */
  private void huntLeaders() {
    if (calm) {
      return;
    }
    for (SimulatedPeer leader : up().stream().filter(SimulatedPeer::leads).toList()) {
      if (draws.chance(15)) {
        leader.crash();
        network.mend();
        events.after(draws.between(50, 300), this::startAll);
      } else if (draws.chance(30)) {
        draws
            .sample(List.copyOf(peers.keySet()), draws.below(peers.size()))
            .forEach(other -> network.cut(leader.id(), other));
      }
    }
    events.after(10, this::huntLeaders);
  }

  private void startAll() {
    peers.values().stream().filter(peer -> !peer.isUp()).forEach(SimulatedPeer::start);
  }

  private void crashSome() {
    int percent = draws.chance(20) ? 100 : 30;
    for (SimulatedPeer peer : up()) {
      if (draws.chance(percent)) {
        peer.crash();
      }
    }
  }

  /** Two sides, now and then one way only. */
  private void cutSome() {
    boolean bothWays = draws.chance(70);
    List<PeerId> ids = List.copyOf(peers.keySet());
    List<PeerId> side = draws.sample(ids, 1 + draws.below(ids.size() - 1));
    for (PeerId here : side) {
      for (PeerId there : ids) {
        if (!side.contains(there)) {
          network.cut(here, there);
          if (bothWays) {
            network.cut(there, here);
          }
        }
      }
    }
  }

  /** All is well again: what is proposed now is acknowledged and comes to every machine. */
  private void demandProgress() {
    calm = true;
    network.mend();
    network.weather(0, 0, 5);
    peers.values().forEach(peer -> peer.trouble(5, 0));
    startAll();
    long before = oracle.lastCommitted();
    int acknowledged = oracle.acknowledged();
    int reads = oracle.readsDone();
    events.run(
        FAULTS_MILLIS + CALM_MILLIS,
        () ->
            oracle.acknowledged() > acknowledged + 5
                && oracle.readsDone() > reads + 5
                && slowestMachine() > before);
    if (slowestMachine() <= before || oracle.readsDone() <= reads + 5) {
      throw new AssertionError("no progress by " + events.now() + " ms: " + standing());
    }
  }

  private long slowestMachine() {
    return peers.values().stream().mapToLong(peer -> peer.machine().mark().index()).min().orElse(0);
  }

  private String standing() {
    StringBuilder text = new StringBuilder();
    for (SimulatedPeer peer : peers.values()) {
      Raft raft = peer.raft();
      text.append(
          String.format(
              "%n%s %s term %d, log %d..%d, committed %d, applied %d",
              peer.id(),
              raft.role(),
              raft.term(),
              raft.firstIndex(),
              raft.lastIndex(),
              raft.commitIndex(),
              raft.appliedIndex()));
    }
    return text.toString();
  }
}
