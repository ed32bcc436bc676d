package dev.mesh.replicated;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLog.Applied;
import dev.mesh.persistence.replicated.heap.QueryAnswer;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Role;
import dev.mesh.replication.GroupStatus;
import io.netty.channel.EventLoopGroup;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A group that replicates an application's state machine, as one peer reaches it, whether or not it
 * holds a replica. Thread-safe; nothing here blocks.
 *
 * <p>Stages fail with {@link dev.mesh.persistence.replicated.ReplicatedLogException}, whose reason
 * says whether anything was done, within {@code mesh.replication.call-timeout}.
 */
public final class Replicated {
  private final String name;
  private final GroupId group;
  private final Supplier<ReplicatedLog> log;
  private final Function<GroupId, Optional<GroupStatus>> here;
  private final EventLoopGroup loop;

  Replicated(
      String name,
      GroupId group,
      Supplier<ReplicatedLog> log,
      Function<GroupId, Optional<GroupStatus>> here,
      EventLoopGroup loop) {
    this.name = name;
    this.group = group;
    this.log = log;
    this.here = here;
    this.loop = loop;
  }

  public String name() {
    return name;
  }

  /** The group's number in this mesh, as {@code mesh status} shows it. */
  public GroupId group() {
    return group;
  }

  /**
   * Has the machine apply a command. The stage completes with the machine's answer once the command
   * is on disk at a majority of the replicas. The command is applied once, or not at all; when the
   * stage fails with {@code OUTCOME_UNKNOWN}, as when the leader dies meanwhile, it is not known
   * which.
   *
   * @param command at most {@code mesh.replication.max-block-bytes} long
   */
  public CompletionStage<Bytes> propose(Bytes command) {
    return log.get().proposeOnce(group, command).thenApply(Applied::answer);
  }

  /**
   * Asks the machine. The answer shows every command that was acknowledged before this call,
   * through whichever peer. Fails with {@link IllegalArgumentException} if the machine cannot
   * answer.
   */
  public CompletionStage<Bytes> read(Bytes query) {
    return log.get().readIndex(group).thenCompose(index -> ask(index, query));
  }

  /** As {@link #read}, of the nearest replica as it is now: it may be behind. */
  public CompletionStage<Bytes> readStale(Bytes query) {
    return ask(0, query);
  }

  private CompletionStage<Bytes> ask(long atLeast, Bytes query) {
    return log.get().query(group, atLeast, query).thenApply(QueryAnswer::read);
  }

  /** Whether the replica here believes to lead. Another may lead by now. */
  public boolean isLeader() {
    return here.apply(group).filter(status -> status.role() == Role.LEADER).isPresent();
  }

  /** Who leads as far as the replica here knows; empty if it does not, or there is none here. */
  public Optional<PeerId> leader() {
    return here.apply(group).flatMap(GroupStatus::leader);
  }

  /**
   * The loop of one thread that this peer's replicas and their streams run on. An application that
   * serves clients with Netty may register its channels here: a proposal then reaches the replica,
   * and its answer the client, without being handed to another thread. What runs here must be short
   * and must not wait, or it holds back all groups of this peer.
   */
  public EventLoopGroup loop() {
    return loop;
  }
}
