package dev.mesh.http;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Group 3 of the peers a, b and c, led by a; b does not answer, and c still learns. */
final class FakeConsensus implements ConsensusApi {
  private static final OptionalLong UNKNOWN = OptionalLong.empty();

  @Override
  public CompletionStage<List<Group>> groups() {
    Member a = new Member("a", Optional.of("leader"), true, true, at(12), at(11), at(0));
    Member b = new Member("b", Optional.of("follower"), true, false, at(7), UNKNOWN, at(5));
    Member c = new Member("c", Optional.of("learner"), false, true, UNKNOWN, at(2), UNKNOWN);
    return CompletableFuture.completedStage(
        List.of(
            new Group(
                "3",
                Optional.empty(),
                "raft",
                List.of(a, b, c),
                Optional.of("a"),
                at(2),
                at(12),
                at(11),
                at(5)),
            new Group(
                "4",
                Optional.of("words"),
                "raft",
                List.of(b),
                Optional.empty(),
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN)));
  }

  private static OptionalLong at(long index) {
    return OptionalLong.of(index);
  }

  @Override
  public CompletionStage<Change> add(String group, String peer) {
    return peer.equals("slow") ? changed(group, peer, "learner") : changed(group, peer, "voter");
  }

  @Override
  public CompletionStage<Change> remove(String group, String peer) {
    if (!peer.equals("c")) {
      throw new Problem(409, "conflict", peer + " is no member");
    }
    return changed(group, peer, "removed");
  }

  @Override
  public CompletionStage<Change> transfer(String group, String peer) {
    return changed(group, peer, "leader");
  }

  private static CompletionStage<Change> changed(String group, String peer, String outcome) {
    return CompletableFuture.completedStage(
        new Change(group, peer, outcome, peer + " in " + group + ": " + outcome));
  }
}
