package dev.mesh.replication.meta;

import dev.mesh.protocols.GroupId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Groups that are left alone for a while: wholly after a step that failed, each time for longer,
 * and as to who leads after a change of leader, which costs a moment's standstill. Time is
 * milliseconds of the caller's monotonic clock. Used by one thread.
 */
final class Rests {
  private static final long FIRST_MILLIS = 1000;
  private static final int MAX_DOUBLINGS = 6;

  private record Rest(int failures, long until) {}

  private final long transferPauseMillis;
  private final Map<GroupId, Rest> afterFailure = new HashMap<>();
  private final Map<GroupId, Long> sameLeaderUntil = new HashMap<>();

  Rests(long transferPauseMillis) {
    this.transferPauseMillis = transferPauseMillis;
  }

  void failed(GroupId group, long now) {
    Rest before = afterFailure.get(group);
    int failures = before == null ? 0 : before.failures();
    afterFailure.put(
        group, new Rest(Math.min(failures + 1, MAX_DOUBLINGS), now + (FIRST_MILLIS << failures)));
  }

  void succeeded(GroupId group) {
    afterFailure.remove(group);
  }

  void transferred(GroupId group, long now) {
    sameLeaderUntil.put(group, now + transferPauseMillis);
  }

  /** The groups for which no step is to be taken. */
  Set<GroupId> resting(long now) {
    Set<GroupId> resting = new HashSet<>();
    afterFailure.forEach(
        (group, rest) -> {
          if (now < rest.until()) {
            resting.add(group);
          }
        });
    return resting;
  }

  boolean mayMoveLeader(GroupId group, long now) {
    return now >= sameLeaderUntil.getOrDefault(group, now);
  }
}
