package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.EventQueue;
import dev.mesh.protocols.sim.Network;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.List;
import java.util.Map;

/** Everything that goes wrong, until it is over. */
final class SimulatedFaults {
  private final Scenario scenario;
  private final EventQueue events;
  private final SeededDraws draws;
  private final Network<Message> network;
  private final Map<PeerId, SimulatedPeer> peers;
  private boolean blowDue;
  private boolean regainDue;
  private boolean over;

  SimulatedFaults(
      Scenario scenario,
      EventQueue events,
      SeededDraws draws,
      Network<Message> network,
      Map<PeerId, SimulatedPeer> peers) {
    this.scenario = scenario;
    this.events = events;
    this.draws = draws;
    this.network = network;
    this.peers = peers;
  }

  void begin() {
    network.weather(draws.below(15), draws.below(10), scenario.mostDelay());
    switch (scenario.theme()) {
      case ANYTHING -> disturb();
      case SHORT_REIGNS, RIVAL_CHANGES -> {
        disturb();
        endReigns();
      }
      case LEASES -> {
        network.weather(draws.below(5), draws.below(10), scenario.mostDelay());
        deposeLeader();
      }
    }
  }

  /** From now on nothing goes wrong, and what was broken is whole. */
  void end() {
    over = true;
    blowDue = false;
    regainDue = false;
    network.mend();
    network.weather(0, 0, 5);
    peers.values().forEach(peer -> peer.trouble(5, 0));
    startAll();
  }

  boolean areOver() {
    return over;
  }

  private void unlessOver(long millis, Runnable action) {
    events.after(
        millis,
        () -> {
          if (!over) {
            action.run();
          }
        });
  }

  private List<PeerId> everybody() {
    return scenario.everybody();
  }

  private List<SimulatedPeer> up() {
    return peers.values().stream().filter(SimulatedPeer::isUp).toList();
  }

  private List<SimulatedPeer> leaders() {
    return up().stream().filter(SimulatedPeer::leads).toList();
  }

  private void disturb() {
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
    unlessOver(draws.between(1, scenario.mostBetweenFaults()), this::disturb);
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
    List<PeerId> side = draws.sample(everybody(), 1 + draws.below(everybody().size() - 1));
    for (PeerId here : side) {
      for (PeerId there : everybody()) {
        if (!side.contains(there)) {
          network.cut(here, there);
          if (bothWays) {
            network.cut(there, here);
          }
        }
      }
    }
  }

  // Short reigns.

  /** Leaders crash, or reach only some of the others, when they have just begun. */
  private void endReigns() {
    for (SimulatedPeer leader : leaders()) {
      if (draws.chance(20)) {
        leader.crash();
        network.mend();
        unlessOver(draws.between(50, 300), this::startAll);
      } else if (draws.chance(30)) {
        draws
            .sample(everybody(), draws.below(everybody().size()))
            .forEach(other -> network.cut(leader.id(), other));
      }
    }
    unlessOver(draws.between(1, 20), this::endReigns);
  }

  // Leases.

  /** A calm moment, but perhaps for one that hears nothing of its leader; then the blow. */
  private void deposeLeader() {
    network.mend();
    startAll();
    slowDown();
    regainDue = draws.chance(50);
    PeerId deaf = draws.any(everybody());
    if (draws.chance(50)) {
      leaders().forEach(leader -> network.cut(leader.id(), deaf));
    }
    unlessOver(draws.between(1, 300), () -> blowDue = true);
    if (draws.chance(50)) {
      unlessOver(draws.between(50, 450), () -> restartSome(deaf));
    }
    unlessOver(draws.between(400, 1_000), this::deposeLeader);
  }

  /**
   * The blow falls when a heartbeat has just arrived, for a lease may have begun with it. A leader
   * that it hit may have its voters back just when they have let another campaign.
   */
  void arriving(PeerId from, PeerId to, Message message) {
    if (blowDue && message instanceof Message.AppendEntries it && it.entries().isEmpty()) {
      blowDue = false;
      strike(from);
    } else if (regainDue && message instanceof Message.PreVoteResponse it && it.granted()) {
      regainDue = false;
      regain(to);
    }
  }

  /** The leader loses the others, at times as soon as it has called an election. */
  private void strike(PeerId leader) {
    if (draws.chance(20)) {
      peers.get(leader).step(new Input.TransferLeadership(0, draws.any(everybody())));
    }
    unlessOver(draws.between(0, 5), () -> cutOff(leader));
  }

  /** The candidate's request takes its time; the leader has the others back until the next blow. */
  private void regain(PeerId candidate) {
    peers.get(candidate).trouble(200, 0);
    for (SimulatedPeer leader : leaders()) {
      for (PeerId other : everybody()) {
        if (!other.equals(candidate)) {
          network.mend(leader.id(), other);
          network.mend(other, leader.id());
        }
      }
    }
    unlessOver(draws.between(5, 50), () -> blowDue = true);
  }

  /** At times some ways and disks are slow, or the ways to the leader, so that it hears late. */
  private void slowDown() {
    boolean some = draws.chance(30);
    boolean toLeaders = draws.chance(40);
    for (SimulatedPeer from : peers.values()) {
      from.trouble(some && draws.chance(30) ? 100 : 3, 0);
      for (SimulatedPeer to : peers.values()) {
        if ((some && draws.chance(30)) || (toLeaders && to.leads())) {
          network.slow(from.id(), to.id(), draws.between(20, 200));
        }
      }
    }
  }

  /** Nobody hears it any more; it may still hear them, or what was on its way. */
  private void cutOff(PeerId leader) {
    boolean bothWays = draws.chance(50);
    for (PeerId other : everybody()) {
      network.cut(leader, other);
      if (bothWays) {
        network.cut(other, leader);
      }
    }
  }

  private void restartSome(PeerId spared) {
    for (SimulatedPeer peer : up()) {
      if (!peer.leads() && !peer.id().equals(spared) && draws.chance(70)) {
        peer.crash();
        peer.start();
      }
    }
  }
}
