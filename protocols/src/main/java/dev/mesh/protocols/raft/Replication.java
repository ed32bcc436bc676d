package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Log replication as the leader does it (§5.3); lives as long as one leadership. Entries go to the
 * followers while the leader's own write is under way: its own disk is one vote in the commit rule,
 * no more. That something is committed is told with the next entries or heartbeat: a message of its
 * own for it would double what a lone command costs.
 */
final class Replication {
  private final RaftState state;
  private final Commitment commitment;
  private final ReadIndex reads;
  private final Reconfiguration changes;
  private final Map<PeerId, Progress> followers = new LinkedHashMap<>();
  private final Map<PeerId, SnapshotSender> snapshots = new LinkedHashMap<>();
  private long[] onDisk;

  /** Whether a follower is no member any more. */
  private boolean feedsFormer;

  private long round;
  private boolean heartbeatDue;

  /** A won election: an entry of the new term is appended at once (§8). */
  Replication(RaftState state, Commitment commitment) {
    this.state = state;
    this.commitment = commitment;
    this.reads = new ReadIndex(state, commitment, this);
    this.changes = new Reconfiguration(state, commitment, this);
    adopt(state.membership());
    append(EntryType.NO_OP, Bytes.EMPTY);
    awaitMajority();
    state.outbox.setTimer(Timer.HEARTBEAT, state.settings.heartbeatMillis());
  }

  /** Members are fed from now on. Who is none any more is, too, until that is committed. */
  void adopt(Membership membership) {
    onDisk = new long[membership.voters().size()];
    for (PeerId peer : membership.members()) {
      if (!peer.equals(state.self)) {
        followers.computeIfAbsent(peer, it -> new Progress(state.settings, state.log.lastIndex()));
      }
    }
    feedsFormer = !membership.members().containsAll(followers.keySet());
    advanceCommit();
  }

  ReadIndex reads() {
    return reads;
  }

  Reconfiguration changes() {
    return changes;
  }

  boolean feeds(PeerId peer) {
    return followers.containsKey(peer);
  }

  Map<PeerId, FollowerStatus> followers() {
    Map<PeerId, FollowerStatus> status = new TreeMap<>();
    followers.forEach((peer, progress) -> status.put(peer, progress.status()));
    return status;
  }

  boolean isCaughtUp(PeerId peer) {
    return followers.get(peer).isCaughtUp();
  }

  /** Whether the follower's log is known to be the leader's. */
  boolean holdsAll(PeerId peer) {
    return followers.get(peer).match() == state.log.lastIndex();
  }

  Entry append(EntryType type, Bytes payload) {
    Entry entry = new Entry(state.log.lastIndex() + 1, state.term(), type, payload);
    state.append(entry);
    return entry;
  }

  // What comes in.

  void accepted(PeerId from, Message.AppendAccepted answer) {
    Progress progress = followers.get(from);
    progress.answered(answer.round());
    progress.accepted(answer.matchIndex(), state.log.lastIndex());
    advanceCommit();
  }

  /**
   * §5.3: the follower's hint lets the leader skip a whole term at a time. Where the leader has the
   * follower's term too, its last entry of that term is the next candidate.
   */
  void rejected(PeerId from, Message.AppendRejected answer) {
    Progress progress = followers.get(from);
    progress.answered(answer.round());
    long hint = answer.conflictIndex();
    if (answer.conflictTerm() > 0) {
      long shared = state.log.lastNotAbove(answer.conflictTerm());
      if (shared < answer.prevIndex() && state.log.matches(shared, answer.conflictTerm())) {
        hint = shared + 1;
      }
    }
    progress.rejected(answer.prevIndex(), hint);
  }

  void snapshotProgress(PeerId from, Message.SnapshotProgress answer) {
    Progress progress = followers.get(from);
    progress.answered(0);
    SnapshotSender sender = snapshots.get(from);
    if (sender != null && sender.isDoneBy(answer)) {
      endSnapshot(from, answer.mark().index());
      advanceCommit();
    }
  }

  void chunkRead(Input.ChunkRead chunk) {
    SnapshotSender sender = snapshots.get(chunk.to());
    if (sender != null) {
      sender.chunkRead(chunk);
    }
  }

  /** The transfer is given up, and begun anew when the follower answers a heartbeat. */
  void abandonSnapshot(PeerId to) {
    if (snapshots.containsKey(to)) {
      endSnapshot(to, 0);
      followers.get(to).fellBehind();
    }
  }

  /** The commit rule, when a disk has moved on. */
  void advanceCommit() {
    int i = 0;
    for (PeerId voter : state.membership().voters()) {
      onDisk[i++] =
          voter.equals(state.self)
              ? state.durability.persistedIndex()
              : followers.get(voter).match();
    }
    commitment.advanceByCounting(onDisk);
  }

  void heartbeatTimerFired() {
    snapshots.values().forEach(SnapshotSender::heartbeat);
    followers.values().forEach(Progress::heartbeat);
    beginRound();
    state.outbox.setTimer(Timer.HEARTBEAT, state.settings.heartbeatMillis());
  }

  /**
   * Check-quorum (thesis §6.2): whether a majority was heard of since this was last asked. No
   * snapshot is held open for a follower that is silent.
   */
  boolean hearsMajority() {
    int heard = ownVoice();
    for (Map.Entry<PeerId, Progress> follower : followers.entrySet()) {
      if (!follower.getValue().wasHeard()) {
        abandonSnapshot(follower.getKey());
      } else if (state.membership().isVoter(follower.getKey())) {
        heard++;
      }
    }
    if (state.membership().isMajority(heard)) {
      awaitMajority();
      return true;
    }
    return false;
  }

  /** A leader on its way out is no voter any more and does not count itself (thesis §4.2.2). */
  private int ownVoice() {
    return state.isVoter() ? 1 : 0;
  }

  private void awaitMajority() {
    state.outbox.setTimer(Timer.ELECTION, state.settings.electionTimeoutMaxMillis());
  }

  // Rounds of heartbeats.

  /** Has every follower sent a heartbeat with the next flush; returns the round's number. */
  long beginRound() {
    heartbeatDue = true;
    return ++round;
  }

  /** Whether a majority has answered a heartbeat of this round or a later one. */
  boolean isAnswered(long askedRound) {
    int answers = ownVoice();
    for (Map.Entry<PeerId, Progress> follower : followers.entrySet()) {
      boolean answered = follower.getValue().answeredRound() >= askedRound;
      answers += answered && state.membership().isVoter(follower.getKey()) ? 1 : 0;
    }
    return state.membership().isMajority(answers);
  }

  // What goes out.

  void flush() {
    reads.flush();
    changes.flush();
    boolean dismissed = feedsFormer && changes.isCommitted();
    heartbeatDue |= dismissed || changes.endsLeadership();
    followers.forEach(this::feed);
    heartbeatDue = false;
    if (dismissed) {
      dismissFormer();
    }
  }

  /** Their removal is committed, and they were told, if nothing was lost. */
  private void dismissFormer() {
    List<PeerId> former = new ArrayList<>(followers.keySet());
    former.removeAll(state.membership().members());
    for (PeerId peer : former) {
      abandonSnapshot(peer);
      followers.remove(peer);
    }
    feedsFormer = false;
  }

  /** The voter whose log is the longest: the one to lead next. */
  Optional<PeerId> successor() {
    return state.membership().voters().stream()
        .filter(followers::containsKey)
        .max(Comparator.comparingLong(voter -> followers.get(voter).match()));
  }

  void callElection(PeerId successor) {
    reads.forfeitLease();
    state.outbox.send(successor, new Message.TimeoutNow(state.term()));
  }

  private void feed(PeerId peer, Progress progress) {
    if (!state.log.knows(progress.next() - 1)) {
      beginSnapshot(peer, progress);
    }
    if (heartbeatDue) {
      heartbeat(peer, progress);
    }
    while (progress.maySend() && progress.next() <= state.log.lastIndex()) {
      sendEntries(peer, progress);
    }
  }

  private void sendEntries(PeerId peer, Progress progress) {
    long from = progress.next();
    long to = Math.min(state.log.lastIndex(), progress.lastSendable());
    List<Entry> entries = state.log.slice(from, to, state.settings.maxBytesPerAppend());
    long last = from + entries.size() - 1;
    long bytes = state.log.bytesAfter(from - 1) - state.log.bytesAfter(last);
    send(peer, from - 1, entries);
    progress.sent(last, bytes);
  }

  /** To a follower that needs a snapshot it says no more than that the leader is there. */
  private void heartbeat(PeerId peer, Progress progress) {
    if (state.log.knows(progress.next() - 1)) {
      send(peer, progress.next() - 1, List.of());
    } else {
      state.outbox.send(peer, new Message.AppendEntries(state.term(), 0, 0, List.of(), 0, round));
    }
  }

  private void send(PeerId peer, long prevIndex, List<Entry> entries) {
    state.outbox.send(
        peer,
        new Message.AppendEntries(
            state.term(),
            prevIndex,
            state.log.termAt(prevIndex),
            entries,
            commitment.committed(),
            round));
  }

  /** Only for a follower that answers; what is in flight to it is of no more use. */
  private void beginSnapshot(PeerId peer, Progress progress) {
    if (progress.hasInflight()) {
      progress.fellBehind();
    } else if (progress.maySend()) {
      progress.snapshotBegun();
      snapshots.put(peer, new SnapshotSender(state, peer));
    }
  }

  private void endSnapshot(PeerId peer, long matchIndex) {
    snapshots.remove(peer).close();
    followers.get(peer).snapshotEnded(matchIndex);
  }

  /** The leadership is over. */
  void end() {
    snapshots.values().forEach(SnapshotSender::close);
    reads.refuseAll();
    changes.end();
    state.outbox.cancelTimer(Timer.HEARTBEAT);
  }

  void checkInvariants() {
    for (Progress progress : followers.values()) {
      progress.checkInvariants();
      if (progress.next() > state.log.lastIndex() + 1) {
        throw new IllegalStateException("next " + progress.next() + " is past the log");
      }
    }
  }
}
