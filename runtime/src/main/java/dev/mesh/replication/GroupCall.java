package dev.mesh.replication;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a {@link GroupRouter} asks of a replica of its group and is answered. Calls of many clients
 * travel together; each has a number that its router chose.
 */
sealed interface GroupCall extends WireMessage, GroupMessage {

  /** One numbered command. */
  record Command(long id, Bytes bytes) {}

  /** Commits these commands, in this order where they are accepted. */
  record Propose(List<Command> commands, ActorRef<Reply> replyTo) implements GroupCall {}

  /**
   * Fixes an index that covers every command acknowledged so far, for all of {@code ids} at once.
   */
  record Read(List<Long> ids, ActorRef<Reply> replyTo) implements GroupCall {}

  /** Asks this replica's machine once it has applied {@code atLeast}. */
  record Query(long id, long atLeast, Bytes query, ActorRef<Reply> replyTo) implements GroupCall {}

  /** How this replica stands; answered by every one, whatever its role. */
  record Inspect(ActorRef<Inspected> replyTo) implements GroupCall {}

  record Inspected(GroupStatus status) implements WireMessage {}

  /** Gives the group its next members; answered once that is committed. */
  record Reconfigure(Membership next, ActorRef<AdminReply> replyTo) implements GroupCall {}

  /** Has {@code to} lead the group; answered once it does. */
  record Transfer(PeerId to, ActorRef<AdminReply> replyTo) implements GroupCall {}

  /** Asks the leader how the group stands. */
  record Report(ActorRef<AdminReply> replyTo) implements GroupCall {}

  /** What a replica answers to who looks after its group. */
  sealed interface AdminReply extends WireMessage {}

  /**
   * It is done.
   *
   * @param index of the configuration in the group's log; 0 where there is none
   */
  record Done(long index) implements AdminReply {}

  record Reported(GroupReport report) implements AdminReply {}

  /**
   * It was not done.
   *
   * @param leads whether this replica is the one to be asked
   * @param leader whom to ask instead, where that is known
   */
  record NotDone(boolean leads, Optional<PeerId> leader, String why) implements AdminReply {}

  /** What a replica answers to callers. */
  sealed interface Reply extends WireMessage {}

  /** One command's answer; or a query's, or a read's index with no bytes. */
  record Answer(long id, long index, Bytes bytes) {}

  record Answers(List<Answer> answers) implements Reply {}

  /** Nothing was done for these: ask {@code leader}, where one is known. */
  record NotLeader(List<Long> ids, Optional<PeerId> leader) implements Reply {}

  /** Nothing was done for these: there is too much at once. */
  record Overloaded(List<Long> ids, String why) implements Reply {}

  /** What became of these is not known: leadership was lost while they were under way. */
  record Unknown(List<Long> ids) implements Reply {}
}
