package dev.mesh.replication.meta;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.replication.GroupAdmin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Groups that do what they are asked at once, unless told otherwise, and note it. */
final class FakeGroups implements GroupAdmin {
  private static final class Group {
    Membership members;
    long index;
    PeerId leader;
  }

  private final Map<GroupId, Group> groups = new TreeMap<>();
  private final Set<GroupId> silent = new TreeSet<>();
  private final Set<GroupId> refusing = new TreeSet<>();
  private final List<String> calls = new ArrayList<>();

  synchronized void begin(GroupId id, Membership members) {
    Group group = new Group();
    group.members = members;
    group.leader = members.voters().get(0);
    groups.put(id, group);
  }

  /** The group answers nothing. */
  synchronized void silence(GroupId group) {
    silent.add(group);
  }

  synchronized void refuse(GroupId group, boolean refuses) {
    if (refuses) {
      refusing.add(group);
    } else {
      refusing.remove(group);
    }
  }

  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  synchronized Membership members(GroupId group) {
    return groups.get(group).members;
  }

  synchronized PeerId leader(GroupId group) {
    return groups.get(group).leader;
  }

  /** Changes the group as a steward does that dies before it has recorded it. */
  synchronized void change(GroupId group, Membership next) {
    groups.get(group).members = next;
    groups.get(group).index++;
  }

  @Override
  public synchronized CompletionStage<Long> reconfigure(GroupId group, Membership next) {
    calls.add(group + " " + next);
    if (refusing.contains(group)) {
      return CompletableFuture.failedStage(new IllegalStateException("not now"));
    }
    change(group, next);
    return CompletableFuture.completedStage(groups.get(group).index);
  }

  @Override
  public synchronized CompletionStage<Void> transfer(GroupId group, PeerId to) {
    calls.add(group + " to " + to);
    groups.get(group).leader = to;
    return CompletableFuture.completedStage(null);
  }

  @Override
  public synchronized CompletionStage<GroupReport> report(GroupId id) {
    if (silent.contains(id)) {
      return new CompletableFuture<>();
    }
    Group group = groups.get(id);
    Set<PeerId> others = new HashSet<>(group.members.voters());
    others.addAll(group.members.learners());
    others.remove(group.leader);
    return CompletableFuture.completedStage(
        new GroupReport(id, group.leader, 1, group.members, group.index, true, others));
  }
}
