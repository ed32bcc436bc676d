package dev.mesh.replication;

import dev.mesh.persistence.raftlog.LogWriter;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Message;
import dev.mesh.protocols.raft.Raft;
import dev.mesh.protocols.raft.Recovered;
import dev.mesh.protocols.raft.Recovery;
import dev.mesh.protocols.raft.SnapshotMark;
import dev.mesh.replication.link.RaftCodec;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;

/** Recovers a replica from the peer's store. Reads the disk. */
final class ReplicaOpener {
  private final Replication.Environment environment;
  private final RaftLogStore logs;
  private final ReplicaStreams streams;
  private final Consumer<GroupStatus> statusChanged;

  ReplicaOpener(
      Replication.Environment environment,
      RaftLogStore logs,
      ReplicaStreams streams,
      Consumer<GroupStatus> statusChanged) {
    this.environment = environment;
    this.logs = logs;
    this.streams = streams;
    this.statusChanged = statusChanged;
  }

  /**
   * The replica as it was when the process ended, or an empty one.
   *
   * @param name of the group
   * @param bootstrap the membership that the log began with
   * @param local the way to it from within this JVM
   */
  Behavior<GroupMessage> open(
      GroupId group, String name, Membership bootstrap, LocalReplica local) {
    Recovery recovery = new Recovery(bootstrap);
    LogWriter log = logs.open(group, recovery::add);
    StateMachine machine = environment.machines().open(group, name);
    Recovered recovered = recovery.recovered(standing(machine, recovery));
    SplittableRandom random = new SplittableRandom();
    Raft raft =
        new Raft(
            environment.self(),
            environment.settings().raft(),
            recovered,
            bound -> random.nextInt(bound));
    return RaftGroup.create(
        new RaftGroup.Parts(
            group,
            environment.self(),
            raft,
            log,
            machine,
            recovered.machine(),
            (peer, message) -> send(group, peer, message),
            local,
            statusChanged),
        environment.settings());
  }

  /**
   * A peer that takes no writes leads nothing: callers on the other side of a cut could not reach
   * it, even where its streams still work. It goes on to follow and to vote.
   */
  private void send(GroupId group, PeerId peer, Message message) {
    if (!isOfLeaders(message) || environment.refusal().get().isEmpty()) {
      streams.send(peer, group, message);
    }
  }

  /** Whether a message is of one who leads, or means to. */
  private static boolean isOfLeaders(Message message) {
    return message instanceof Message.AppendEntries
        || message instanceof Message.InstallSnapshot
        || message instanceof Message.PreVoteRequest
        || message instanceof Message.VoteRequest
        || message instanceof Message.TimeoutNow;
  }

  /**
   * Where the machine stands: at an entry of the log, or at the snapshot that it is labelled with.
   */
  static SnapshotMark standing(StateMachine machine, Recovery recovery) {
    long index = machine.appliedIndex();
    return Optional.of(machine.label())
        .filter(label -> !label.isEmpty())
        .map(RaftCodec::readMark)
        .filter(mark -> mark.index() == index)
        .orElseGet(() -> recovery.markAt(index));
  }
}
