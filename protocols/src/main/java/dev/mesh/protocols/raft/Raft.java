package dev.mesh.protocols.raft;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One member of one Raft group: a pure core. Not thread-safe.
 *
 * <p>A host feeds what has gathered with {@link #step} and then takes all that follows from it with
 * one {@link #flush}: many proposals make one write and one message for each follower. The effects
 * of {@link #start} and of every flush are to be carried out in order.
 *
 * <p>Where a rule is: terms and roles in {@link ServerRules}; elections in {@link Election};
 * AppendEntries in {@link Replication} (the leader) and {@link AppendReceiver} (the follower); what
 * is known of each follower in {@link Progress}; the commit rule in {@link Commitment}; what waits
 * for the disk in {@link Durability}; linearizable reads in {@link ReadIndex}; snapshots in {@link
 * SnapshotSender} and {@link SnapshotReceiver}; changes of membership in {@link Reconfiguration}
 * (the leader), {@link Configurations} (everybody) and {@link CatchUp} (learners); leadership
 * transfer in {@link Transfer}. A state machine finds retried commands with {@link Sessions}. This
 * class is what a host sees: what it may ask for, what it reports, and what there is to see.
 *
 * <p>A broken invariant is an {@link IllegalStateException}: the core is not to be used any more.
 */
public final class Raft {
  private static final String NOT_LEADER = "this peer does not lead the group";

  private final RaftState state;
  private final Commitment commitment;
  private final SnapshotReceiver snapshots;
  private final Transfer transfer;
  private final ServerRules rules;

  public Raft(PeerId self, RaftSettings settings, Recovered recovered, Draws draws) {
    this.state = new RaftState(self, settings, recovered, draws);
    this.commitment = new Commitment(state, recovered.machine().index());
    this.snapshots = new SnapshotReceiver(state, commitment);
    this.transfer = new Transfer(state);
    this.rules = new ServerRules(state, commitment, snapshots, transfer);
  }

  /** The first effects; call it once, before any {@link #step}. */
  public List<Effect> start() {
    rules.start();
    return flush();
  }

  /**
   * Takes one input; what follows from it waits for {@link #flush}.
   *
   * @throws IllegalArgumentException if a host's answer is to nothing that was asked
   */
  public void step(Input input) {
    if (input instanceof Input.Receive it) {
      rules.receive(it.from(), it.message());
    } else if (input instanceof Input.Propose it) {
      propose(it);
    } else if (input instanceof Input.Persisted it) {
      persisted(it.batch());
    } else if (input instanceof Input.Applied it) {
      commitment.applied(it.index());
    } else if (input instanceof Input.Read it) {
      read(it);
    } else if (input instanceof Input.TimerFired it) {
      rules.timerFired(it.timer());
    } else if (input instanceof Input.Compact it) {
      compact(it.index());
    } else {
      stepSeldom(input);
    }
  }

  private void stepSeldom(Input input) {
    if (input instanceof Input.Reconfigure it) {
      reconfigure(it);
    } else if (input instanceof Input.TransferLeadership it) {
      transferLeadership(it);
    } else if (input instanceof Input.ChunkRead it) {
      rules.leadership().ifPresent(leader -> leader.chunkRead(it));
    } else if (input instanceof Input.ChunkUnavailable it) {
      rules.leadership().ifPresent(leader -> leader.abandonSnapshot(it.to()));
    } else if (input instanceof Input.ChunkWritten it) {
      snapshots.chunkWritten(it);
    } else if (input instanceof Input.SnapshotInstalledInMachine it) {
      snapshotInstalled(it.mark());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
  }

  /** All that follows from the inputs since the last flush. */
  public List<Effect> flush() {
    rules.flush();
    commitment.handOut();
    return state.outbox.drain(state.durability.drain());
  }

  // What the host asks for and reports.

  private void propose(Input.Propose proposal) {
    int size = proposal.payload().length();
    if (rules.leadership().isEmpty()) {
      state.refuse(proposal.id(), NOT_LEADER);
    } else if (transfer.target().isPresent()) {
      state.outbox.tell(
          new Effect.Refused(
              proposal.id(), transfer.target(), "the leadership is being given away"));
    } else if (size > state.settings.maxEntryBytes()) {
      state.refuse(
          proposal.id(),
          "commands of "
              + size
              + " bytes do not fit into an entry, which takes "
              + state.settings.maxEntryBytes()
              + ": send less at once");
    } else if (hasRoomFor(proposal)) {
      Entry entry = rules.leadership().get().append(EntryType.COMMANDS, proposal.payload());
      state.outbox.tell(new Effect.Proposed(proposal.id(), entry.index(), entry.term()));
    }
  }

  /** Whether the leader's log may grow so much; if not, the proposal is refused. */
  private boolean hasRoomFor(Input.Propose proposal) {
    int size = proposal.payload().length();
    long tail = state.log.bytesAfter(commitment.committed());
    long all = state.log.bytes();
    if (tail > 0 && tail + size > state.settings.maxUncommittedBytes()) {
      state.refuse(proposal.id(), tail + " bytes wait to be committed already: try again later");
    } else if (all > 0 && all + size > state.settings.maxLogBytes()) {
      state.refuse(
          proposal.id(),
          all + " bytes wait for the group's state to be stored already: try again later");
    } else {
      return true;
    }
    return false;
  }

  private void read(Input.Read read) {
    if (rules.leadership().isEmpty()) {
      state.refuse(read.id(), NOT_LEADER);
    } else {
      rules.leadership().get().reads().read(read);
    }
  }

  private void reconfigure(Input.Reconfigure change) {
    if (rules.leadership().isEmpty()) {
      state.refuse(change.id(), NOT_LEADER);
    } else if (transfer.target().isPresent()) {
      state.refuse(change.id(), "the leadership is being given away: try again");
    } else {
      rules.leadership().get().changes().propose(change);
    }
  }

  private void transferLeadership(Input.TransferLeadership request) {
    if (rules.leadership().isEmpty()) {
      state.refuse(request.id(), NOT_LEADER);
    } else {
      transfer.begin(request);
    }
  }

  private void snapshotInstalled(SnapshotMark mark) {
    snapshots.installed(mark);
    rules.snapshotInstalled();
  }

  private void persisted(long batch) {
    for (Durability.Promise promise : state.durability.persisted(batch)) {
      if (promise.to().equals(state.self)) {
        rules.receive(state.self, promise.message());
      } else {
        state.outbox.send(promise.to(), promise.message());
      }
    }
    rules.leadership().ifPresent(Replication::advanceCommit);
  }

  private void compact(long wanted) {
    long index = Math.min(wanted, commitment.applied());
    if (index > state.log.compacted().index()) {
      state.compactTo(state.markAt(index));
    }
  }

  // What there is to see.

  public Role role() {
    return state.role();
  }

  public long term() {
    return state.term();
  }

  public Optional<PeerId> leader() {
    return state.leader();
  }

  /** The latest membership in the log, which is in force whether it is committed or not. */
  public Membership membership() {
    return state.membership();
  }

  /** The entry that {@link #membership} came by; the snapshot's, if it came by one; 0 at first. */
  public long membershipIndex() {
    return state.configurations.latestIndex();
  }

  /** Whether this peer knows that {@link #membership} is committed. */
  public boolean isMembershipCommitted() {
    return state.configurations.latestIndex() <= commitment.committed();
  }

  /**
   * The point in the log that {@code index} is, with the membership as of it.
   *
   * @param index of an entry that is held, or of the last one that was compacted away
   */
  public SnapshotMark markAt(long index) {
    return state.markAt(index);
  }

  /** The first index still in the log. */
  public long firstIndex() {
    return state.log.firstIndex();
  }

  public long lastIndex() {
    return state.log.lastIndex();
  }

  public long commitIndex() {
    return commitment.committed();
  }

  /** What the state machine has durably applied. */
  public long appliedIndex() {
    return commitment.applied();
  }

  /** The weight of the entries held in memory, in bytes. */
  public long logBytes() {
    return state.log.bytes();
  }

  /** How far each follower is; empty unless this peer leads. */
  public Map<PeerId, FollowerStatus> followers() {
    return rules.leadership().map(Replication::followers).orElse(Map.of());
  }

  /**
   * Says the invariants of all parts in code; walks the whole log.
   *
   * @throws IllegalStateException if one is broken
   */
  public void checkInvariants() {
    state.checkInvariants();
    commitment.checkInvariants();
    rules.checkInvariants();
  }

  /** The term of an entry that is still in the log, or of the compaction point. */
  long termAt(long index) {
    return state.log.termAt(index);
  }

  /** An entry that is still in the log. */
  Entry entryAt(long index) {
    return state.log.slice(index, index, 0).get(0);
  }
}
