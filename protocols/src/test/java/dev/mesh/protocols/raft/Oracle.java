package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Sees everything that happens in a simulation and knows what must never happen (Figure 3, and what
 * a client is promised).
 */
final class Oracle {
  /** What a log may be over its bound: a message that found room, or a leader's first entries. */
  private static final int SLACK = 2_000;

  private record Position(long index, long term) {}

  /** What an entry must be wherever it is, and what must come before it. */
  private record Identity(Entry entry, long previousTerm) {}

  private record Ballot(PeerId voter, long term) {}

  private record Life(long term, long commit) {}

  /** What all machines are after an entry, and which membership is in force then. */
  private record Standing(long stateHash, Membership membership) {}

  private final Map<Long, PeerId> leaders = new HashMap<>();
  private final Map<Ballot, PeerId> votes = new HashMap<>();

  /** How far a peer has last said, in its term, that it holds the leader's log on disk. */
  private final Map<PeerId, Position> acknowledgements = new HashMap<>();

  private final Map<Position, Identity> entries = new HashMap<>();
  private final Map<PeerId, Life> lives = new HashMap<>();
  private final Map<PeerId, Long> checkedUpTo = new HashMap<>();

  /** Entry i + 1 is at i, as all peers must apply it; with the machine's hash after it. */
  private final List<Entry> committed = new ArrayList<>();

  /** In which term the entry i + 1 was committed, which may be later than its own. */
  private final List<Long> commitTerms = new ArrayList<>();

  private final List<Standing> standings = new ArrayList<>();
  private final SimulatedMachine reference;

  /** Which entry executed a command. */
  private final Map<Long, Long> executed = new HashMap<>();

  private final Map<Long, Long> readsBegun = new HashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private long lastApplied;
  private long trace;

  Oracle(Membership bootstrap) {
    reference = new SimulatedMachine(bootstrap, this::executed);
    standings.add(new Standing(reference.stateHash(), bootstrap));
  }

  /** A hash of everything seen. */
  long trace() {
    return trace;
  }

  /** How often each kind of thing happened. */
  Map<String, Integer> counts() {
    return counts;
  }

  int count(String what) {
    return counts.getOrDefault(what, 0);
  }

  private void happened(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  long lastCommitted() {
    return committed.size();
  }

  void started(SimulatedPeer peer) {
    lives.put(peer.id(), new Life(peer.raft().term(), peer.raft().commitIndex()));
    checkedUpTo.put(peer.id(), 0L);
    checkLog(peer);
    checkAcknowledged(peer);
  }

  /** After every flush. */
  void observe(SimulatedPeer peer, List<Effect> effects) {
    trace = trace * 31 + effects.hashCode() + peer.id().hashCode();
    monotonic(peer);
    checkLog(peer);
    checkAcknowledged(peer);
    learnCommitted(peer);
    for (Effect effect : effects) {
      if (effect instanceof Effect.RoleChanged it && it.role() == Role.LEADER) {
        elected(peer, it.term());
      } else if (effect instanceof Effect.Send it) {
        sent(peer.id(), it);
      } else if (effect instanceof Effect.ReadReady it) {
        readReady(it);
      } else if (effect instanceof Effect.Reconfigured it) {
        require(it.index() <= committed.size(), () -> it + ", which is not committed");
      } else if (effect instanceof Effect.LeadershipTransferred) {
        happened("transfers");
      }
    }
  }

  void readBegins(long id) {
    readsBegun.put(id, lastApplied);
  }

  /** State machine safety. Reads that begin from now on must not miss this. */
  void applied(SimulatedPeer peer, List<Entry> batch) {
    for (Entry entry : batch) {
      require(
          entry.index() <= committed.size() && committed.get((int) entry.index() - 1).equals(entry),
          () -> peer.id() + " applied " + entry + ", which is not what is committed there");
      lastApplied = Math.max(lastApplied, entry.index());
    }
    checkMachine(peer);
  }

  /** Exactly once: whatever machine executes it, a command is executed by one entry. */
  void executed(long command, long index) {
    Long other = executed.putIfAbsent(command, index);
    require(
        other == null || other == index,
        () -> "command " + command + " was executed as " + other + " and as " + index);
  }

  /** A client was told that its command was executed, and as which entry. */
  void acknowledged(long command, long index) {
    happened("acknowledged");
    require(
        Long.valueOf(index).equals(executed.get(command)),
        () -> "command " + command + " was not executed as " + index);
  }

  void holds(SimulatedPeer peer, long logBytes) {
    if (logBytes > Scenario.MAX_LOG_BYTES) {
      happened("full logs");
    }
    require(
        logBytes <= Scenario.MAX_LOG_BYTES + SLACK,
        () -> peer.id() + " holds " + logBytes + " bytes of log");
  }

  void sessionExpired() {
    happened("sessions expired");
  }

  void installed(SimulatedPeer peer, SnapshotMark mark) {
    happened("snapshots");
    require(mark.index() <= committed.size(), () -> mark + " is not committed");
    checkMachine(peer);
  }

  private void checkMachine(SimulatedPeer peer) {
    long index = peer.machine().mark().index();
    require(
        peer.machine().stateHash() == standings.get((int) index).stateHash(),
        () -> "the machine of " + peer.id() + " differs at " + index);
  }

  private void monotonic(SimulatedPeer peer) {
    Life before = lives.get(peer.id());
    Life now = new Life(peer.raft().term(), peer.raft().commitIndex());
    require(
        now.term() >= before.term() && now.commit() >= before.commit(),
        () -> peer.id() + " went back from " + before + " to " + now);
    lives.put(peer.id(), now);
  }

  /**
   * Log matching: an entry with some index and term is the same in every log, and so is the term
   * before it. By induction the logs agree up to there.
   */
  private void checkLog(SimulatedPeer peer) {
    Raft raft = peer.raft();
    for (long index = raft.lastIndex(); index >= raft.firstIndex(); index--) {
      Entry entry = raft.entryAt(index);
      Identity identity = new Identity(entry, raft.termAt(index - 1));
      Identity known = entries.putIfAbsent(new Position(index, entry.term()), identity);
      require(
          known == null || known.equals(identity),
          () -> peer.id() + " holds " + identity + ", elsewhere it is " + known);
    }
  }

  /** What a peer has acknowledged it holds, until another leader's log takes its place. */
  private void checkAcknowledged(SimulatedPeer peer) {
    Position said = acknowledgements.getOrDefault(peer.id(), new Position(0, 0));
    require(
        said.term() != peer.raft().term() || said.index() <= peer.raft().lastIndex(),
        () -> peer.id() + " lost entries after it acknowledged " + said);
  }

  private void acknowledges(PeerId peer, Position said) {
    Position before = acknowledgements.get(peer);
    if (before == null || before.term() < said.term() || before.index() < said.index()) {
      acknowledgements.put(peer, said);
    }
  }

  /** What one peer takes for committed is committed, for ever and for all. */
  private void learnCommitted(SimulatedPeer peer) {
    Raft raft = peer.raft();
    long from = Math.max(checkedUpTo.get(peer.id()) + 1, raft.firstIndex());
    for (long index = from; index <= raft.commitIndex(); index++) {
      Entry entry = raft.entryAt(index);
      if (index == committed.size() + 1) {
        committed.add(entry);
        commitTerms.add(raft.term());
        checkChange(entry);
        reference.apply(entry);
        standings.add(new Standing(reference.stateHash(), reference.mark().membership()));
      }
      require(
          index <= committed.size() && committed.get((int) index - 1).equals(entry),
          () -> peer.id() + " committed " + entry + ", which is not what is committed there");
    }
    checkedUpTo.put(peer.id(), raft.commitIndex());
  }

  /** Committed memberships differ from the one before by one voter, who was a learner. */
  private void checkChange(Entry entry) {
    if (entry.type() != EntryType.CONFIGURATION) {
      return;
    }
    happened("changes");
    Membership before = reference.mark().membership();
    Membership after = Membership.fromBytes(entry.payload());
    List<PeerId> added = new ArrayList<>(after.voters());
    added.removeAll(before.voters());
    List<PeerId> removed = new ArrayList<>(before.voters());
    removed.removeAll(after.voters());
    require(
        added.size() + removed.size() <= 1 && before.learners().containsAll(added),
        () -> "entry " + entry.index() + " changes " + before + " to " + after);
  }

  /**
   * Election safety and leader completeness: what was committed in earlier terms. The last vote may
   * arrive late, when a later term has its leader already.
   */
  private void elected(SimulatedPeer peer, long term) {
    PeerId other = leaders.putIfAbsent(term, peer.id());
    require(
        other == null || other.equals(peer.id()),
        () -> other + " and " + peer.id() + " both lead term " + term);
    Raft raft = peer.raft();
    for (long index = raft.firstIndex(); index <= committed.size(); index++) {
      long at = index;
      Entry entry = committed.get((int) at - 1);
      require(
          commitTerms.get((int) at - 1) >= term
              || (at <= raft.lastIndex() && raft.entryAt(at).equals(entry)),
          () -> "leader " + peer.id() + " of term " + term + " lacks committed entry " + at);
    }
  }

  /** A peer votes for one candidate in a term, whatever crash comes between. */
  private void sent(PeerId from, Effect.Send send) {
    if (send.message() instanceof Message.AppendAccepted it) {
      acknowledges(from, new Position(it.matchIndex(), it.term()));
    } else if (send.message() instanceof Message.VoteResponse it && it.granted()) {
      PeerId other = votes.putIfAbsent(new Ballot(from, it.term()), send.to());
      require(
          other == null || other.equals(send.to()),
          () -> from + " voted for " + other + " and " + send.to() + " in term " + it.term());
    } else if (send.message() instanceof Message.VoteRequest it) {
      PeerId other = votes.putIfAbsent(new Ballot(from, it.term()), from);
      require(
          other == null || other.equals(from),
          () -> from + " campaigns in term " + it.term() + " after a vote for " + other);
    }
  }

  private void readReady(Effect.ReadReady ready) {
    long floor = Optional.ofNullable(readsBegun.remove(ready.id())).orElseThrow();
    happened("reads");
    require(
        ready.index() >= floor,
        () -> ready + " misses what was acknowledged before it began, up to " + floor);
  }

  private static void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }
}
