package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Where calls for a group arrive at this peer: one address for as long as the peer lives, whichever
 * replica is behind it. Pekko's remoting keeps what a path once led to, so a replica that comes
 * back under its old name would not be reached.
 */
final class ReplicaDoor extends AbstractBehavior<GroupCall> {
  private final GroupId group;
  private final Supplier<Optional<ActorRef<GroupMessage>>> replica;

  /**
   * A door for {@code group}.
   *
   * @param replica who is behind it now
   */
  static Behavior<GroupCall> create(
      GroupId group, Supplier<Optional<ActorRef<GroupMessage>>> replica) {
    return Behaviors.setup(context -> new ReplicaDoor(context, group, replica));
  }

  private ReplicaDoor(
      ActorContext<GroupCall> context,
      GroupId group,
      Supplier<Optional<ActorRef<GroupMessage>>> replica) {
    super(context);
    this.group = group;
    this.replica = replica;
  }

  @Override
  public Receive<GroupCall> createReceive() {
    return newReceiveBuilder().onMessage(GroupCall.class, this::onCall).build();
  }

  private Behavior<GroupCall> onCall(GroupCall call) {
    replica.get().ifPresentOrElse(here -> here.tell(call), () -> refuse(call));
    return this;
  }

  /** A query is left unanswered: its router asks again. */
  private void refuse(GroupCall call) {
    Optional<PeerId> nobody = Optional.empty();
    if (call instanceof GroupCall.Propose it) {
      it.replyTo()
          .tell(
              new GroupCall.NotLeader(
                  it.commands().stream().map(GroupCall.Command::id).toList(), nobody));
    } else if (call instanceof GroupCall.Read it) {
      it.replyTo().tell(new GroupCall.NotLeader(it.ids(), nobody));
    } else if (call instanceof GroupCall.Reconfigure it) {
      it.replyTo().tell(notHere());
    } else if (call instanceof GroupCall.Transfer it) {
      it.replyTo().tell(notHere());
    } else if (call instanceof GroupCall.Report it) {
      it.replyTo().tell(notHere());
    }
  }

  private GroupCall.NotDone notHere() {
    return new GroupCall.NotDone(false, Optional.empty(), "no replica of " + group + " is here");
  }
}
