package dev.mesh.replication.meta;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.replication.GroupAdmin;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Asks many groups how they stand, some at a time. */
final class Reports {
  private static final int AT_ONCE = 64;

  private final GroupAdmin admin;
  private final Duration timeout;
  private final Map<GroupId, GroupReport> reports = new ConcurrentHashMap<>();

  private Reports(GroupAdmin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /** The reports of those that answer within {@code timeout}; the stage does not fail. */
  static CompletionStage<Map<GroupId, GroupReport>> of(
      GroupAdmin admin, Collection<GroupId> groups, Duration timeout) {
    return new Reports(admin, timeout).ask(List.copyOf(groups));
  }

  private CompletionStage<Map<GroupId, GroupReport>> ask(List<GroupId> groups) {
    CompletionStage<Void> all = CompletableFuture.completedStage(null);
    for (int from = 0; from < groups.size(); from += AT_ONCE) {
      List<GroupId> some = groups.subList(from, Math.min(groups.size(), from + AT_ONCE));
      all = all.thenCompose(before -> askAtOnce(some));
    }
    return all.thenApply(asked -> Map.copyOf(reports));
  }

  private CompletionStage<Void> askAtOnce(List<GroupId> groups) {
    return CompletableFuture.allOf(
        groups.stream().map(this::ask).toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> ask(GroupId group) {
    return admin
        .report(group)
        .toCompletableFuture()
        .copy()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (report, failure) -> {
              if (failure == null) {
                reports.put(group, report);
              }
              return null;
            });
  }
}
