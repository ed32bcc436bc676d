package dev.mesh.replication.meta;

import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.Registered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Who is there, and since when the others are not, as this peer sees it. Every peer looks, so that
 * whoever comes to lead group 0 knows what went before. Time is milliseconds of the caller's
 * monotonic clock. Used by one thread.
 */
final class Presence {
  private final PeerId self;
  private final long replaceAfterMillis;
  private final Map<PeerId, Long> missingSince = new HashMap<>();

  /**
   * Peers that have left the registry but not yet the cluster: they are not to be taken in again.
   * One that was lost is not among them: it is a newcomer whenever it comes back.
   */
  private final Set<PeerId> takingLeave = new HashSet<>();

  /** Those of the registry that were there at the last look. */
  private Set<PeerId> present = Set.of();

  private Map<PeerId, ClusterMember> members = Map.of();
  private long now;

  Presence(PeerId self, long replaceAfterMillis) {
    this.self = self;
    this.replaceAfterMillis = replaceAfterMillis;
  }

  /** Takes in what is seen now. */
  void observe(Directory directory, Map<PeerId, ClusterMember> seen, long nowMillis) {
    now = nowMillis;
    members = Map.copyOf(seen);
    Set<PeerId> registered = directory.peers().keySet();
    present.stream().filter(peer -> !registered.contains(peer)).forEach(takingLeave::add);
    takingLeave.retainAll(alive());
    present = registered.stream().filter(this::isAlive).collect(Collectors.toUnmodifiableSet());
    missingSince.keySet().retainAll(registered);
    for (PeerId peer : registered) {
      if (isAlive(peer)) {
        missingSince.remove(peer);
      } else {
        missingSince.putIfAbsent(peer, now);
      }
    }
  }

  private boolean isAlive(PeerId peer) {
    ClusterMember member = members.get(peer);
    return peer.equals(self) || (member != null && member.reachable());
  }

  Set<PeerId> alive() {
    Set<PeerId> alive = new HashSet<>(Set.of(self));
    members.keySet().stream().filter(this::isAlive).forEach(alive::add);
    return alive;
  }

  /** The registered peers that have been missing for so long that they are given up. */
  Set<PeerId> gone() {
    Set<PeerId> gone = new HashSet<>();
    missingSince.forEach(
        (peer, since) -> {
          if (now - since >= replaceAfterMillis) {
            gone.add(peer);
          }
        });
    return gone;
  }

  /** The members that are there and that the registry lacks, or has elsewhere. */
  List<MetaCommand> registrations(Directory directory) {
    List<MetaCommand> commands = new ArrayList<>();
    new TreeMap<>(members)
        .forEach(
            (peer, member) -> {
              Registered known = directory.peers().get(peer);
              boolean same =
                  known != null
                      && known.address().equals(member.address())
                      && known.zone().equals(member.zone());
              if (member.reachable() && !same && !takingLeave.contains(peer)) {
                commands.add(new MetaCommand.Register(peer, member.address(), member.zone()));
              }
            });
    return commands;
  }
}
