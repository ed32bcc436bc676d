package dev.mesh.replication;

import static dev.mesh.replication.GroupChangeException.Reason.UNKNOWN;

import dev.mesh.peer.PeerRefs;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What an operator can see and do of the mesh's groups, from any peer. Changes of members are
 * carried out as asked, but group 0's leader goes on moving replicas to where the ring has them, so
 * a change against the ring does not last. Stages fail with {@link GroupChangeException}, or with
 * {@link dev.mesh.persistence.replicated.ReplicatedLogException} where no majority answers.
 * Thread-safe.
 */
public final class GroupOperations {
  /** What became of a change. */
  public enum Outcome {
    /** The peer is a voter now. */
    VOTER,
    /** The peer learns, and was not yet up with the log when the wait was over. */
    LEARNER,
    /** The peer is no member any more. */
    REMOVED,
    /** The peer leads, or is about to. */
    LEADER,
    /** It was so already. */
    UNCHANGED
  }

  /** A change that was made. */
  public record Change(GroupId group, PeerId peer, Outcome outcome) {}

  private final Supplier<Directory> directory;
  private final GroupSurvey survey;
  private final MemberChanges changes;

  /**
   * @param directory the latest that this peer knows
   */
  public GroupOperations(
      ActorSystem<?> system,
      PeerRefs refs,
      GroupAdmin admin,
      Supplier<Directory> directory,
      OperationSettings settings) {
    this.directory = directory;
    this.survey = new GroupSurvey(system, refs, settings.answerTimeout());
    this.changes = new MemberChanges(admin, system, settings);
  }

  /** How all groups stand, in order; completes within the time that replicas have to answer. */
  public CompletionStage<List<GroupStanding>> survey() {
    return survey.look(directory.get());
  }

  /**
   * Makes a registered peer a voter.
   *
   * @param group a number, or a name that an application gave
   */
  public CompletionStage<Change> add(String group, String peer) {
    PeerId added = peerOf(peer);
    if (!directory.get().peers().containsKey(added)) {
      throw unknown(
          "there is no peer '%s' in the mesh; there are %s"
              .formatted(peer, directory.get().peers().keySet()));
    }
    return change(group, added, changes::add);
  }

  /** Takes a member out. */
  public CompletionStage<Change> remove(String group, String peer) {
    return change(group, peerOf(peer), changes::remove);
  }

  /** Makes a voter the leader. */
  public CompletionStage<Change> transfer(String group, String peer) {
    return change(group, peerOf(peer), changes::transfer);
  }

  private CompletionStage<Change> change(
      String group, PeerId peer, BiFunction<GroupId, PeerId, CompletionStage<Outcome>> how) {
    GroupId id = groupOf(group);
    return how.apply(id, peer).thenApply(outcome -> new Change(id, peer, outcome));
  }

  private GroupId groupOf(String text) {
    Directory now = directory.get();
    return now.groups().keySet().stream()
        .filter(group -> Integer.toString(group.value()).equals(text))
        .findFirst()
        .or(() -> now.groupNamed(text))
        .orElseThrow(
            () ->
                unknown(
                    "there is no group '%s'; groups are 0 to %d, or the names that applications gave"
                        .formatted(text, now.slicedGroups())));
  }

  private static PeerId peerOf(String text) {
    try {
      return new PeerId(text);
    } catch (IllegalArgumentException e) {
      throw unknown(e.getMessage());
    }
  }

  private static GroupChangeException unknown(String what) {
    return new GroupChangeException(UNKNOWN, what);
  }
}
