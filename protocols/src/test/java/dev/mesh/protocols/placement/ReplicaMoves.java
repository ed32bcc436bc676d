package dev.mesh.protocols.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A mesh whose replicas are moved as {@link ReplicaPlan} says, with groups that behave as Raft's
 * do: they decide with a majority of their voters alive, learners catch up in time, calls get lost.
 * What the plan promises is checked at every step.
 */
final class ReplicaMoves {
  static final int MAX_MOVES = 2;

  private static final int GONE_AFTER = 100;
  private static final int LOG = 3;
  private static final int LOST_CALLS_PERCENT = 20;

  private static final class Group {
    Membership members;
    long index;
    boolean committed = true;
    PeerId leader;
    final Map<PeerId, Integer> copied = new HashMap<>();

    Group(Membership members) {
      this.members = members;
      members.voters().forEach(voter -> copied.put(voter, LOG));
    }

    boolean isDecidedBy(Set<PeerId> alive) {
      Set<PeerId> present = new HashSet<>(members.voters());
      present.retainAll(alive);
      return Quorum.isMajority(present.size(), members.voters().size());
    }
  }

  private final SeededDraws draws;
  private final SortedMap<PeerId, Registered> peers = new TreeMap<>();
  private final SortedMap<GroupId, Group> groups = new TreeMap<>();
  private final Set<PeerId> alive = new TreeSet<>();
  private final Map<PeerId, Integer> deadSince = new TreeMap<>();
  private final List<String> trace = new ArrayList<>();
  private int time;
  private int copies;

  ReplicaMoves(int slicedGroups, SeededDraws draws, String... founders) {
    this.draws = draws;
    List.of(founders).forEach(id -> add(id, "zone-of-" + id));
    for (int group = 0; group <= slicedGroups; group++) {
      groups.put(new GroupId(group), new Group(Membership.of(peers.keySet())));
    }
  }

  void add(String id, String zone) {
    PeerId peer = new PeerId(id);
    peers.put(peer, new Registered("host:1", zone, PeerState.ACTIVE));
    alive.add(peer);
  }

  void leave(PeerId peer) {
    peers.computeIfPresent(
        peer, (id, it) -> new Registered(it.address(), it.zone(), PeerState.LEAVING));
  }

  void kill(PeerId peer) {
    alive.remove(peer);
    deadSince.put(peer, time);
  }

  void revive(PeerId peer) {
    deadSince.remove(peer);
    if (peers.containsKey(peer)) {
      alive.add(peer);
    }
  }

  /** Whether all groups can still decide, and some peer can hold them, without {@code peer}. */
  boolean canDoWithout(PeerId peer) {
    Set<PeerId> others = new TreeSet<>(alive);
    others.remove(peer);
    return groups.values().stream().allMatch(group -> group.isDecidedBy(others))
        && others.stream().anyMatch(directory().activeZones().keySet()::contains);
  }

  Set<PeerId> alive() {
    return Set.copyOf(alive);
  }

  Set<PeerId> dead() {
    return Set.copyOf(deadSince.keySet());
  }

  Set<PeerId> registered() {
    return Set.copyOf(peers.keySet());
  }

  /** How many copies were begun so far. */
  int copies() {
    return copies;
  }

  long hash() {
    return trace.hashCode();
  }

  Directory directory() {
    SortedMap<GroupId, GroupEntry> entries = new TreeMap<>();
    groups.forEach((id, it) -> entries.put(id, new GroupEntry("", it.members, it.index)));
    return new Directory(1, groups.size() - 1, 1, peers, entries);
  }

  ReplicaPlan plan() {
    Set<PeerId> gone = new HashSet<>();
    deadSince.forEach(
        (peer, since) -> {
          if (time - since > GONE_AFTER) {
            gone.add(peer);
          }
        });
    return new ReplicaPlan(directory(), alive, gone, MAX_MOVES);
  }

  void run(int ticks) {
    for (int i = 0; i < ticks; i++) {
      tick();
    }
  }

  /** Since the last death. */
  void runWhileNobodyIsGivenUp() {
    run(GONE_AFTER - 1);
  }

  private void tick() {
    time++;
    groups.forEach(this::live);
    ReplicaPlan plan = plan();
    Map<GroupId, GroupReport> reports = reports();
    plan.removable(reports).forEach(this::strike);
    SortedMap<GroupId, ReplicaStep> steps = plan.steps(reports, Set.of());
    checkMoves(reports, steps);
    steps.forEach(
        (id, step) -> {
          trace.add(time + " " + id + " " + step);
          if (!draws.chance(LOST_CALLS_PERCENT)) {
            take(step, groups.get(id), plan.replicas(id));
          }
        });
  }

  private void live(GroupId id, Group group) {
    if (!group.isDecidedBy(alive)) {
      group.leader = null;
      return;
    }
    group.committed = true;
    boolean leads =
        group.leader != null && alive.contains(group.leader) && group.members.isVoter(group.leader);
    if (!leads) {
      List<PeerId> able = group.members.voters().stream().filter(alive::contains).toList();
      group.leader = able.get(draws.below(able.size()));
    }
    for (PeerId member : group.members.learners()) {
      if (alive.contains(member)) {
        group.copied.merge(member, 1, Integer::sum);
      }
    }
  }

  private void strike(PeerId peer) {
    trace.add(time + " without " + peer);
    groups.values().forEach(group -> assertTrue(!group.members.isMember(peer)));
    peers.remove(peer);
    alive.remove(peer);
  }

  private Map<GroupId, GroupReport> reports() {
    Map<GroupId, GroupReport> reports = new HashMap<>();
    groups.forEach(
        (id, group) -> {
          if (group.leader != null) {
            Set<PeerId> caughtUp = new HashSet<>();
            for (PeerId peer : alive) {
              boolean complete = group.copied.getOrDefault(peer, 0) >= LOG;
              if (complete && group.members.isMember(peer) && !peer.equals(group.leader)) {
                caughtUp.add(peer);
              }
            }
            reports.put(
                id,
                new GroupReport(
                    id, group.leader, 1, group.members, group.index, group.committed, caughtUp));
          }
        });
    return reports;
  }

  private void take(ReplicaStep step, Group group, List<PeerId> target) {
    if (step instanceof ReplicaStep.Reconfigure it) {
      assertTrue(group.committed, "a second change before the first is committed");
      Membership next = it.after(group.members);
      assertEquals(1, differences(group.members, next), "more than one voter at once");
      if (step instanceof ReplicaStep.RemoveVoter && alive.contains(step.peer())) {
        boolean leaves = peers.get(step.peer()).state() == PeerState.LEAVING;
        boolean complete = next.voters().size() >= target.size();
        assertTrue(complete || (leaves && misses(target)), "fewer copies than wanted");
        assertTrue(!step.peer().equals(group.leader), "removes who leads");
      }
      group.members = next;
      group.index++;
      group.committed = false;
      group.copied.keySet().removeIf(peer -> !next.isMember(peer));
      copies += step instanceof ReplicaStep.AddLearner ? 1 : 0;
      assertTrue(group.isDecidedBy(alive), "no majority after " + step);
    } else {
      assertTrue(group.members.isVoter(step.peer()) && alive.contains(step.peer()));
      assertTrue(target.contains(step.peer()) && !step.peer().equals(group.leader));
      group.leader = step.peer();
    }
  }

  private boolean misses(List<PeerId> target) {
    return !alive.containsAll(target);
  }

  private static int differences(Membership before, Membership after) {
    Set<PeerId> changed = new HashSet<>();
    for (PeerId peer : union(before, after)) {
      if (before.isVoter(peer) != after.isVoter(peer)
          || before.isMember(peer) != after.isMember(peer)) {
        changed.add(peer);
      }
    }
    return changed.size();
  }

  private static Set<PeerId> union(Membership before, Membership after) {
    Set<PeerId> all = new HashSet<>(before.voters());
    all.addAll(before.learners());
    all.addAll(after.voters());
    all.addAll(after.learners());
    return all;
  }

  private void checkMoves(
      Map<GroupId, GroupReport> reports, SortedMap<GroupId, ReplicaStep> steps) {
    long before =
        reports.values().stream()
            .filter(report -> report.members().learners().stream().anyMatch(alive::contains))
            .count();
    long begun = steps.values().stream().filter(ReplicaStep.AddLearner.class::isInstance).count();
    assertTrue(begun == 0 || before + begun <= MAX_MOVES, before + " moves, and " + begun);
  }

  /** All replicas are where the ring has them, owners lead, and nothing is left to do. */
  void assertSettled() {
    ReplicaPlan plan = plan();
    Map<GroupId, GroupReport> reports = reports();
    assertEquals(groups.keySet(), reports.keySet());
    assertEquals(Map.of(), plan.steps(reports, Set.of()));
    assertEquals(Set.of(), plan.removable(reports));
    groups.forEach(
        (id, group) -> {
          List<PeerId> target = plan.replicas(id);
          assertEquals(Membership.of(target), group.members, id + " at " + time);
          assertEquals(target.get(0), group.leader);
        });
  }
}
