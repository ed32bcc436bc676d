package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.EventQueue;
import dev.mesh.protocols.sim.Network;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Some peers, most of them members, clients with sessions, an operator who changes the membership,
 * and everything that can go wrong in a {@link Scenario}; then calm, in which the group must make
 * progress and keep its leader. One seed decides it all.
 */
final class RaftSimulation {
  /** Sessions that the machine keeps: so few that clients lose theirs. */
  static final int SESSIONS = 4;

  /** Answers kept for each. */
  static final int ANSWERS = 4;

  private static final long CALM_MILLIS = 10_000;

  /** Transfers that were under way are over. */
  private static final long SETTLING_MILLIS = 500;

  private static final long QUIET_MILLIS = 1_000;

  private final SeededDraws draws;
  private final Scenario scenario;
  private final EventQueue events = new EventQueue();
  private final Oracle oracle;
  private final Network<Message> network;
  private final Map<PeerId, SimulatedPeer> peers = new TreeMap<>();
  private final Map<Long, SimulatedClient> requests = new HashMap<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final SimulatedOperator operator;
  private final SimulatedFaults faults;
  private long lastRequest;
  private long lastCommand;

  RaftSimulation(long seed) {
    draws = new SeededDraws(seed);
    scenario = Scenario.drawn(draws);
    network = new Network<>(events, draws.fork(), this::deliver);
    oracle = new Oracle(scenario.founders());
    operator = new SimulatedOperator(draws.fork(), scenario.everybody());
    faults = new SimulatedFaults(scenario, events, draws.fork(), network, peers);
    for (PeerId id : scenario.everybody()) {
      peers.put(
          id, new SimulatedPeer(id, scenario, events, network, oracle, this::answer, draws.fork()));
    }
    for (int i = 2 + draws.below(3); i > 0; i--) {
      clients.add(
          new SimulatedClient(events, draws.fork(), oracle, this::propose, () -> ++lastCommand));
    }
  }

  Oracle oracle() {
    return oracle;
  }

  /** Returns a hash of all that happened. */
  long run() {
    peers.values().forEach(SimulatedPeer::start);
    clients.forEach(this::keepBusy);
    read();
    compact();
    order();
    faults.begin();
    events.run(scenario.faultsMillis(), () -> false);
    demandProgress();
    demandQuiet();
    return oracle.trace();
  }

  private List<SimulatedPeer> up() {
    return peers.values().stream().filter(SimulatedPeer::isUp).toList();
  }

  /** Now and then a part of a snapshot arrives altered. */
  private void deliver(PeerId from, PeerId to, Message message) {
    Message arrived = message;
    if (message instanceof Message.InstallSnapshot it && !faults.areOver() && draws.chance(5)) {
      byte[] altered = it.chunk().toArray();
      altered[draws.below(altered.length)] ^= 1;
      arrived =
          new Message.InstallSnapshot(
              it.term(), it.mark(), it.offset(), Bytes.wrap(altered), it.last(), it.checksum());
    }
    faults.arriving(from, to, arrived);
    peers.get(to).step(new Input.Receive(from, arrived));
  }

  // What clients and operators do.

  /** Mostly to a peer that thinks it leads, of which there may be several. */
  private Optional<SimulatedPeer> somePeer() {
    List<SimulatedPeer> leaders = up().stream().filter(SimulatedPeer::leads).toList();
    if (!leaders.isEmpty() && !draws.chance(10)) {
      return Optional.of(draws.any(leaders));
    }
    return up().isEmpty() ? Optional.empty() : Optional.of(draws.any(up()));
  }

  private void keepBusy(SimulatedClient client) {
    client.act();
    events.after(draws.between(1, faults.areOver() ? 60 : 30), () -> keepBusy(client));
  }

  private void propose(SimulatedClient client, Bytes command) {
    requests.put(++lastRequest, client);
    Input propose = new Input.Propose(lastRequest, command);
    somePeer().ifPresent(peer -> peer.step(propose));
  }

  private void answer(long request, SimulatedCommand.Answer answer) {
    SimulatedClient client = requests.remove(request);
    if (faults.areOver() || !draws.chance(20)) {
      events.after(draws.between(0, 20), () -> client.answered(answer));
    }
  }

  private void read() {
    oracle.readBegins(++lastRequest);
    long id = lastRequest;
    somePeer().ifPresent(peer -> peer.step(new Input.Read(id, peer.clock())));
    events.after(draws.between(1, scenario.mostBetweenReads()), this::read);
  }

  private void compact() {
    if (!up().isEmpty()) {
      SimulatedPeer peer = draws.any(up());
      peer.step(new Input.Compact(peer.raft().appliedIndex() - draws.below(10)));
    }
    events.after(draws.between(1, scenario.mostBetweenCompactions()), this::compact);
  }

  /** Also to those that do not lead, or have only just begun to. */
  private void order() {
    if (faults.areOver() || scenario.isAbout(Scenario.Theme.SHORT_REIGNS)) {
      return;
    }
    somePeer().ifPresent(this::order);
    events.after(draws.between(1, scenario.mostBetweenOrders()), this::order);
  }

  private void order(SimulatedPeer peer) {
    Membership now = peer.raft().membership();
    peer.step(
        scenario.isAbout(Scenario.Theme.RIVAL_CHANGES)
            ? operator.rivalOrder(++lastRequest, now)
            : operator.order(++lastRequest, now));
  }

  // What must be, once nothing goes wrong any more.

  /** What is proposed now is acknowledged and comes to the machine of every member. */
  private void demandProgress() {
    faults.end();
    long before = oracle.lastCommitted();
    int acknowledged = oracle.count("acknowledged");
    int reads = oracle.count("reads");
    events.run(
        scenario.faultsMillis() + CALM_MILLIS,
        () ->
            oracle.count("acknowledged") > acknowledged + 5
                && oracle.count("reads") > reads + 5
                && slowestMachine() > before);
    if (slowestMachine() <= before
        || oracle.count("acknowledged") <= acknowledged + 5
        || oracle.count("reads") <= reads + 5) {
      throw new AssertionError("no progress by " + events.now() + " ms: " + standing());
    }
  }

  /** Nobody disturbs a leader that is well: no member, and none that was removed. */
  private void demandQuiet() {
    events.run(events.now() + SETTLING_MILLIS, () -> false);
    long term = leader().map(peer -> peer.raft().term()).orElse(0L);
    events.run(events.now() + QUIET_MILLIS, () -> false);
    long later = leader().map(peer -> peer.raft().term()).orElse(0L);
    if (term == 0 || later != term) {
      throw new AssertionError("term " + term + " did not last: " + standing());
    }
  }

  private Optional<SimulatedPeer> leader() {
    return peers.values().stream()
        .filter(SimulatedPeer::leads)
        .max(Comparator.comparingLong(peer -> peer.raft().term()));
  }

  /** Among the members; 0 while nobody leads. */
  private long slowestMachine() {
    return leader().stream()
        .flatMap(leader -> leader.raft().membership().members().stream())
        .mapToLong(member -> peers.get(member).machine().mark().index())
        .min()
        .orElse(0);
  }

  private String standing() {
    StringBuilder text = new StringBuilder();
    for (SimulatedPeer peer : peers.values()) {
      Raft raft = peer.raft();
      text.append(
          String.format(
              "%n%s %s term %d, log %d..%d, committed %d, applied %d, %s",
              peer.id(),
              raft.role(),
              raft.term(),
              raft.firstIndex(),
              raft.lastIndex(),
              raft.commitIndex(),
              raft.appliedIndex(),
              raft.membership()));
    }
    return text.toString();
  }
}
