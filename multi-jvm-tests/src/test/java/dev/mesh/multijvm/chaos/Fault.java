package dev.mesh.multijvm.chaos;

import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.multijvm.testkit.VirtualNetwork;
import java.util.List;
import java.util.stream.IntStream;

/** Something that befalls the peer that leads. Peers are counted from 0. */
@FunctionalInterface
interface Fault {

  /** Lets it happen. */
  Strike strike(int leader);

  /**
   * A fault that has happened.
   *
   * @param what for people
   * @param unharmed the peers that must take writes while it lasts
   * @param leaderLost whether those must get another leader
   * @param cure ends it
   */
  record Strike(String what, List<Integer> unharmed, boolean leaderLost, Runnable cure) {}

  /** Kill -9; the cure starts it again. */
  static Fault kill(TestMesh mesh) {
    return leader -> {
      PeerProcess peer = mesh.peer(leader);
      peer.kill9();
      return new Strike(peer.name() + " is killed", others(mesh, leader), true, peer::start);
    };
  }

  /** The process stands still with its connections open, and goes on as if nothing had been. */
  static Fault freeze(TestMesh mesh) {
    return leader -> {
      PeerProcess peer = mesh.peer(leader);
      peer.freeze();
      return new Strike(peer.name() + " is frozen", others(mesh, leader), true, peer::thaw);
    };
  }

  /** Neither hears the other peers nor is heard by them. */
  static Fault isolate(TestMesh mesh, VirtualNetwork network) {
    return leader -> {
      List<Integer> others = others(mesh, leader);
      others.forEach(other -> cutBoth(network, leader, other));
      return new Strike(
          mesh.peer(leader).name() + " is isolated",
          others,
          true,
          () -> others.forEach(other -> healBoth(network, leader, other)));
    };
  }

  /** Hears the other peers but is not heard. */
  static Fault mute(TestMesh mesh, VirtualNetwork network) {
    return leader -> {
      List<Integer> others = others(mesh, leader);
      others.forEach(other -> network.cut(leader, other));
      return new Strike(
          mesh.peer(leader).name() + " is not heard",
          others,
          true,
          () -> others.forEach(other -> network.heal(leader, other)));
    };
  }

  /** Is heard by the other peers but does not hear them. */
  static Fault deafen(TestMesh mesh, VirtualNetwork network) {
    return leader -> {
      List<Integer> others = others(mesh, leader);
      others.forEach(other -> network.cut(other, leader));
      return new Strike(
          mesh.peer(leader).name() + " does not hear",
          others,
          true,
          () -> others.forEach(other -> network.heal(other, leader)));
    };
  }

  /** Loses one of the other peers, which all the rest still reach: no majority is cut off. */
  static Fault cutOneLink(TestMesh mesh, VirtualNetwork network) {
    return leader -> {
      int lost = others(mesh, leader).get(0);
      cutBoth(network, leader, lost);
      return new Strike(
          mesh.peer(leader).name() + " and " + mesh.peer(lost).name() + " lose one another",
          List.of(others(mesh, leader).get(1)),
          false,
          () -> healBoth(network, leader, lost));
    };
  }

  private static void cutBoth(VirtualNetwork network, int one, int other) {
    network.cut(one, other);
    network.cut(other, one);
  }

  private static void healBoth(VirtualNetwork network, int one, int other) {
    network.heal(one, other);
    network.heal(other, one);
  }

  private static List<Integer> others(TestMesh mesh, int peer) {
    return IntStream.range(0, mesh.peers().size()).filter(i -> i != peer).boxed().toList();
  }
}
