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
 * 3 to 9 peers, some of them members, clients with sessions, an operator who changes the
 * membership, and everything that can go wrong; then calm, in which the group must make progress
 * and keep its leader. One seed decides it all.
 */
final class RaftSimulation {
  /** Sessions that the machine keeps: so few that clients lose theirs. */
  static final int SESSIONS = 4;

  /** Answers kept for each. */
  static final int ANSWERS = 4;

  private static final long FAULTS_MILLIS = 3_000;
  private static final long CALM_MILLIS = 10_000;

  /** Transfers that were under way are over. */
  private static final long SETTLING_MILLIS = 500;

  private static final long QUIET_MILLIS = 1_000;

  private final SeededDraws draws;

  /**
   * A share of the seeds is about leaders that reign for a moment and leave their entries at some
   * of the others (Figure 8): with one entry in a message, and five voters that stay.
   */
  private final boolean shortReigns;

  /**
   * Of these, a share is about leaders that change the membership as soon as they lead: there are
   * four voters at first, so two changes may leave majorities without a common voter.
   */
  private final boolean rivalChanges;

  private final EventQueue events = new EventQueue();
  private final Oracle oracle;
  private final Network<Message> network;
  private final Map<PeerId, SimulatedPeer> peers = new TreeMap<>();
  private final Map<Long, SimulatedClient> requests = new HashMap<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final SimulatedOperator operator;
  private final long mostBetweenFaults;
  private final long mostBetweenCompactions;
  private final long mostBetweenOrders;
  private long lastRequest;
  private long lastCommand;
  private boolean calm;

  RaftSimulation(long seed) {
    draws = new SeededDraws(seed);
    shortReigns = draws.chance(40);
    rivalChanges = shortReigns && draws.chance(50);
    network = new Network<>(events, draws.fork(), this::deliver);
    mostBetweenFaults = shortReigns ? 400L : any(List.of(40L, 80L, 250L));
    mostBetweenCompactions = any(List.of(10L, 40L, 150L));
    mostBetweenOrders = rivalChanges ? 10L : any(List.of(20L, 100L, 400L));
    List<PeerId> everybody = everybody();
    Membership founders = founders(everybody);
    oracle = new Oracle(founders);
    operator = new SimulatedOperator(draws.fork(), everybody);
    RaftSettings settings = settings();
    for (PeerId id : everybody) {
      Membership bootstrap = founders.isMember(id) ? founders : Membership.NONE;
      peers.put(
          id,
          new SimulatedPeer(
              id, bootstrap, settings, events, network, oracle, this::answer, draws.fork()));
    }
    for (int i = 2 + draws.below(3); i > 0; i--) {
      clients.add(
          new SimulatedClient(events, draws.fork(), oracle, this::propose, () -> ++lastCommand));
    }
  }

  private List<PeerId> everybody() {
    List<PeerId> ids = new ArrayList<>();
    int count = shortReigns ? 5 : any(List.of(3, 3, 4, 4, 5, 5, 6, 7, 9));
    for (int i = 0; i < count; i++) {
      ids.add(new PeerId("p" + i));
    }
    return ids;
  }

  private Membership founders(List<PeerId> everybody) {
    if (shortReigns) {
      int voters = rivalChanges ? 4 : 5;
      return new Membership(everybody.subList(0, voters), everybody.subList(voters, 5));
    }
    int voters = Math.min(everybody.size(), any(List.of(1, 2, 3, 3, 3, 4, 5, 5)));
    int members = voters + draws.below(everybody.size() - voters + 1);
    return new Membership(everybody.subList(0, voters), everybody.subList(voters, members));
  }

  private RaftSettings settings() {
    int bytesPerAppend = shortReigns ? 1 : any(List.of(1, 200, 1_000));
    int messages = shortReigns ? 1 : 1 + draws.below(6);
    int entries = 1 + draws.below(20);
    boolean leaseReads = draws.chance(40);
    return new RaftSettings(
        100, 200, 30, bytesPerAppend, messages, entries, 600, 1_000, 3_000, 300, 8, leaseReads, 10);
  }

  Oracle oracle() {
    return oracle;
  }

  /** Returns a hash of all that happened. */
  long run() {
    network.weather(draws.below(15), draws.below(10), 1 + draws.below(shortReigns ? 10 : 30));
    peers.values().forEach(SimulatedPeer::start);
    clients.forEach(this::keepBusy);
    read();
    compact();
    fault();
    if (shortReigns) {
      endReigns();
    }
    if (rivalChanges || !shortReigns) {
      order();
    }
    events.run(FAULTS_MILLIS, () -> false);
    demandProgress();
    demandQuiet();
    return oracle.trace();
  }

  private List<SimulatedPeer> up() {
    return peers.values().stream().filter(SimulatedPeer::isUp).toList();
  }

  private <T> T any(List<T> of) {
    return of.get(draws.below(of.size()));
  }

  /** Now and then a part of a snapshot arrives altered. */
  private void deliver(PeerId from, PeerId to, Message message) {
    Message arrived = message;
    if (message instanceof Message.InstallSnapshot it && !calm && draws.chance(5)) {
      byte[] altered = it.chunk().toArray();
      altered[draws.below(altered.length)] ^= 1;
      arrived =
          new Message.InstallSnapshot(
              it.term(), it.mark(), it.offset(), Bytes.wrap(altered), it.last(), it.checksum());
    }
    peers.get(to).step(new Input.Receive(from, arrived));
  }

  // What clients and operators do.

  /** Mostly to a peer that thinks it leads, of which there may be several. */
  private Optional<SimulatedPeer> somePeer() {
    List<SimulatedPeer> leaders = up().stream().filter(SimulatedPeer::leads).toList();
    if (!leaders.isEmpty() && !draws.chance(10)) {
      return Optional.of(any(leaders));
    }
    return up().isEmpty() ? Optional.empty() : Optional.of(any(up()));
  }

  private void keepBusy(SimulatedClient client) {
    client.act();
    events.after(draws.between(1, calm ? 60 : 30), () -> keepBusy(client));
  }

  private void propose(SimulatedClient client, Bytes command) {
    requests.put(++lastRequest, client);
    Input propose = new Input.Propose(lastRequest, command);
    somePeer().ifPresent(peer -> peer.step(propose));
  }

  private void answer(long request, SimulatedCommand.Answer answer) {
    SimulatedClient client = requests.remove(request);
    if (calm || !draws.chance(20)) {
      events.after(draws.between(0, 20), () -> client.answered(answer));
    }
  }

  private void read() {
    oracle.readBegins(++lastRequest);
    long id = lastRequest;
    somePeer().ifPresent(peer -> peer.step(new Input.Read(id, peer.clock())));
    events.after(draws.between(1, 60), this::read);
  }

  private void compact() {
    if (!up().isEmpty()) {
      SimulatedPeer peer = any(up());
      peer.step(new Input.Compact(peer.raft().appliedIndex() - draws.below(10)));
    }
    events.after(draws.between(1, mostBetweenCompactions), this::compact);
  }

  /** Also to those that do not lead, or have only just begun to. */
  private void order() {
    if (calm) {
      return;
    }
    somePeer().ifPresent(this::order);
    events.after(draws.between(1, mostBetweenOrders), this::order);
  }

  private void order(SimulatedPeer peer) {
    Membership now = peer.raft().membership();
    peer.step(
        rivalChanges
            ? operator.rivalOrder(++lastRequest, now)
            : operator.order(++lastRequest, now));
  }

  // What goes wrong.

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

  /** Leaders crash, or reach only some of the others, when they have just begun. */
  private void endReigns() {
    if (calm) {
      return;
    }
    for (SimulatedPeer leader : up().stream().filter(SimulatedPeer::leads).toList()) {
      if (draws.chance(20)) {
        leader.crash();
        network.mend();
        events.after(draws.between(50, 300), this::startAll);
      } else if (draws.chance(30)) {
        draws
            .sample(List.copyOf(peers.keySet()), draws.below(peers.size()))
            .forEach(other -> network.cut(leader.id(), other));
      }
    }
    events.after(draws.between(1, 20), this::endReigns);
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

  // What must be, once nothing goes wrong any more.

  /** What is proposed now is acknowledged and comes to the machine of every member. */
  private void demandProgress() {
    calm = true;
    network.mend();
    network.weather(0, 0, 5);
    peers.values().forEach(peer -> peer.trouble(5, 0));
    startAll();
    long before = oracle.lastCommitted();
    int acknowledged = oracle.count("acknowledged");
    int reads = oracle.count("reads");
    events.run(
        FAULTS_MILLIS + CALM_MILLIS,
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
