package dev.mesh.peer;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.ClusterView;
import dev.mesh.protocols.partition.Accusations;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.ClusterReadView;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.Reachability;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Pekko's membership in terms of peers. A member is matched to a peer by its address. One at whose
 * address no peer is known is a stranger, such as the remains of a peer that has come back
 * elsewhere: it counts as no peer, but it is judged like one, since a stranger out of reach holds
 * up the cluster as much as anybody.
 */
final class Members {
  private static final Set<MemberStatus> IN =
      Set.of(
          MemberStatus.up(),
          MemberStatus.weaklyUp(),
          MemberStatus.leaving(),
          MemberStatus.joining());

  private final Cluster cluster;
  private final ClusterReadView known;
  private final PeerRefs refs;
  private final PeerState state;
  private final PeerId self;

  Members(ActorSystem<?> system, PeerContext peer) {
    this.cluster = Cluster.get(system);
    // Pekko's public API says who is out of reach of anybody, not of whom: one who is cut off, or
    // has
    // just gone on after a pause, accuses all the others, and whom to believe takes both sides.
    this.known = org.apache.pekko.cluster.Cluster.get(Adapter.toClassic(system)).readView();
    this.refs = peer.refs();
    this.state = peer.state();
    this.self = peer.id();
  }

  /** The form in which peers write addresses. */
  static String hostPort(Address address) {
    return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
  }

  static Address address(String systemName, String hostPort) {
    int colon = hostPort.lastIndexOf(':');
    return new Address(
        "pekko",
        systemName,
        hostPort.substring(0, colon),
        Integer.parseInt(hostPort.substring(colon + 1)));
  }

  /** The members that are known peers. */
  ClusterView view() {
    return view(this::peer);
  }

  /** All members, strangers under ids made of their addresses. */
  ClusterView viewWithStrangers() {
    return view(member -> Optional.of(peerOrStranger(member)));
  }

  private ClusterView view(Function<Member, Optional<PeerId>> naming) {
    ClusterView.Standing standing = standing();
    if (standing != ClusterView.Standing.MEMBER) {
      return new ClusterView(standing, Set.of(), Set.of());
    }
    Set<Member> lost = lost();
    boolean cutOff = lost.contains(cluster.selfMember());
    Set<PeerId> members = new HashSet<>(Set.of(self));
    Set<PeerId> reachable = new HashSet<>(Set.of(self));
    for (Member member : cluster.state().getMembers()) {
      Optional<PeerId> peer = naming.apply(member);
      if (peer.isPresent() && IN.contains(member.status())) {
        members.add(peer.get());
        if (!cutOff && !lost.contains(member)) {
          reachable.add(peer.get());
        }
      }
    }
    return new ClusterView(standing, members, reachable);
  }

  /** Those that the mesh counts as their accusations have it, all others on any accusation. */
  private Set<Member> lost() {
    ClusterEvent.CurrentClusterState now = cluster.state();
    Map<UniqueAddress, Member> counted = new HashMap<>();
    for (Member member : now.getMembers()) {
      if (IN.contains(member.status())
          && peer(member).filter(state.registry()::contains).isPresent()) {
        counted.put(member.uniqueAddress(), member);
      }
    }
    Set<Member> lost = new HashSet<>(now.getUnreachable());
    lost.removeAll(counted.values());
    Accusations.lost(accusations(counted.keySet())).stream().map(counted::get).forEach(lost::add);
    return lost;
  }

  /** Whom each of {@code members} does not reach of them. */
  private Map<UniqueAddress, Set<UniqueAddress>> accusations(Set<UniqueAddress> members) {
    Map<UniqueAddress, Set<UniqueAddress>> accused = new HashMap<>();
    for (Reachability.Record record : CollectionConverters.asJava(known.reachability().records())) {
      boolean counts = members.contains(record.observer()) && members.contains(record.subject());
      if (counts && !record.status().equals(Reachability.Reachable$.MODULE$)) {
        accused
            .computeIfAbsent(record.observer(), observer -> new HashSet<>())
            .add(record.subject());
      }
    }
    return accused;
  }

  /** The members that a quorum has confirmed failed in the lives in which they are members. */
  Set<PeerId> failed() {
    Set<PeerId> failed = new HashSet<>();
    state
        .failedLives()
        .forEach(
            (peer, life) -> {
              if (refs.incarnation(peer).equals(OptionalLong.of(life))) {
                failed.add(peer);
              }
            });
    return failed;
  }

  /** All members, each with the life in which it was last heard of. */
  Map<PeerId, Long> incarnations() {
    Map<PeerId, Long> incarnations = new HashMap<>();
    for (PeerId member : view().members()) {
      refs.incarnation(member).ifPresent(life -> incarnations.put(member, life));
    }
    return incarnations;
  }

  /** Where the members are that are {@code peers}, or such strangers, in Pekko's form. */
  Set<Address> addresses(Set<PeerId> peers) {
    Set<Address> addresses = new HashSet<>();
    for (Member member : cluster.state().getMembers()) {
      if (peers.contains(peerOrStranger(member))) {
        addresses.add(member.address());
      }
    }
    return addresses;
  }

  private Optional<PeerId> peer(Member member) {
    return refs.peerAt(hostPort(member.address()));
  }

  /** No peer has the id of a stranger: theirs end in a dash and random digits. */
  private PeerId peerOrStranger(Member member) {
    String address = hostPort(member.address());
    return refs.peerAt(address)
        .orElseGet(() -> new PeerId("stranger_" + Integer.toHexString(address.hashCode())));
  }

  private ClusterView.Standing standing() {
    if (cluster.isTerminated()) {
      return ClusterView.Standing.REMOVED;
    }
    MemberStatus status = cluster.selfMember().status();
    if (status == MemberStatus.down()) {
      return ClusterView.Standing.REMOVED;
    }
    // Before it has joined, a member's own status reads "removed".
    return status == MemberStatus.removed() || status == MemberStatus.joining()
        ? ClusterView.Standing.OUTSIDE
        : ClusterView.Standing.MEMBER;
  }
}
