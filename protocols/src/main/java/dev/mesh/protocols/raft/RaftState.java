package dev.mesh.protocols.raft;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * The state that every peer has (Figure 2): term and vote, log, role and leader. What only a leader
 * has is in {@link Replication}. Term and vote change only here, and are recorded when they do; so
 * do the log and the membership.
 *
 * <p>Invariants: the term never goes down; the vote changes at most once in a term; a leader's
 * leader is itself.
 */
final class RaftState {
  final PeerId self;
  final RaftSettings settings;
  final Draws draws;
  final RaftLog log;
  final Configurations configurations;
  final Durability durability;
  final Outbox outbox = new Outbox();

  private HardState hardState;
  private Role role = Role.FOLLOWER;
  private Optional<PeerId> leader = Optional.empty();

  RaftState(PeerId self, RaftSettings settings, Recovered recovered, Draws draws) {
    this.self = self;
    this.settings = settings;
    this.draws = draws;
    this.hardState = recovered.hardState();
    this.log = new RaftLog(recovered.compacted(), recovered.entries());
    this.durability = new Durability(log);
    this.configurations = new Configurations(recovered.compacted(), recovered.entries());
    adoptSnapshotThatTheLogMissed(recovered.machine());
    if (isUntouched()) {
      durability.compacted(log.compacted(), hardState);
    }
  }

  /** The membership that the group began with goes to disk before all else. */
  private boolean isUntouched() {
    return hardState.equals(HardState.INITIAL) && log.lastIndex() == 0;
  }

  /** A crash came after the machine had become a leader's snapshot and before the log said so. */
  private void adoptSnapshotThatTheLogMissed(SnapshotMark machine) {
    if (log.matches(machine.index(), machine.term())) {
      return;
    }
    if (machine.term() > term()) {
      enterTerm(machine.term());
    }
    replaceLog(machine);
  }

  long term() {
    return hardState.term();
  }

  Optional<PeerId> vote() {
    return hardState.vote();
  }

  Role role() {
    return role;
  }

  Optional<PeerId> leader() {
    return leader;
  }

  /** The latest in the log, committed or not (thesis §4.1). */
  Membership membership() {
    return configurations.latest();
  }

  boolean isVoter() {
    return membership().isVoter(self);
  }

  /** A later term, in which this peer has not voted yet. */
  void enterTerm(long term) {
    if (term <= term()) {
      throw new IllegalStateException("term " + term + " after term " + term());
    }
    hardState = new HardState(term, Optional.empty());
    durability.hardState(hardState);
  }

  void voteFor(PeerId candidate) {
    if (vote().isPresent()) {
      throw new IllegalStateException("a second vote in " + hardState + ", for " + candidate);
    }
    hardState = new HardState(term(), Optional.of(candidate));
    durability.hardState(hardState);
  }

  void become(Role newRole, Optional<PeerId> newLeader) {
    role = newRole;
    leader = newLeader;
    outbox.tell(new Effect.RoleChanged(role, term(), leader));
  }

  void append(Entry entry) {
    log.append(entry);
    durability.appended(entry);
    configurations.appended(entry);
  }

  void truncateFrom(long index) {
    log.truncateFrom(index);
    durability.truncated(index);
    configurations.truncatedFrom(index);
  }

  void compactTo(SnapshotMark mark) {
    log.compactTo(mark);
    durability.compacted(mark, hardState);
    configurations.compactedTo(mark.index());
  }

  void replaceLog(SnapshotMark mark) {
    log.replaceBy(mark);
    durability.snapshotInstalled(mark, hardState);
    configurations.replacedBy(mark);
  }

  /** The point in the log after {@code index}: an entry that is held, or the compaction point. */
  SnapshotMark markAt(long index) {
    return new SnapshotMark(index, log.termAt(index), configurations.at(index));
  }

  void refuse(long id, String why) {
    outbox.tell(new Effect.Refused(id, leader, why));
  }

  void sendOnceDurable(PeerId to, Message message) {
    durability.sendOnceDurable(to, message, outbox);
  }

  void checkInvariants() {
    log.checkInvariants();
    durability.checkInvariants();
    if (log.lastTerm() > term()) {
      throw new IllegalStateException("term " + term() + " but log of term " + log.lastTerm());
    }
    if ((role == Role.LEADER) != leader.equals(Optional.of(self))) {
      throw new IllegalStateException(role + " under " + leader);
    }
    if (role != Role.FOLLOWER && !isVoter() && !configurations.wasVoter(self)) {
      throw new IllegalStateException(role + " without being a voter");
    }
  }
}
