package dev.mesh.protocols.raft;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Who belongs to the group (thesis §4). Voters elect and count in the commit rule; learners only
 * receive the log. Both lists are sorted and without duplicates, so equal memberships are equal
 * records and equal bytes.
 *
 * @param voters at least one, but in {@link #NONE}; with the learners {@value #MAX_MEMBERS} at most
 * @param learners none of the voters
 */
public record Membership(List<PeerId> voters, List<PeerId> learners) {
  public static final int MAX_MEMBERS = 100;

  /**
   * What a peer begins with that joins a group others have made: it knows nobody, so it neither
   * campaigns nor counts, and learns the membership from the log or a snapshot.
   */
  public static final Membership NONE = new Membership(List.of(), List.of());

  private static final int FORMAT = 1;

  public Membership {
    voters = List.copyOf(new TreeSet<>(voters));
    learners = List.copyOf(new TreeSet<>(learners));
    if (voters.isEmpty() && !learners.isEmpty()) {
      throw new IllegalArgumentException("a group needs at least one voter");
    }
    if (voters.size() + learners.size() > MAX_MEMBERS) {
      throw new IllegalArgumentException(
          voters.size() + learners.size() + " members: a group has " + MAX_MEMBERS + " at most");
    }
    for (PeerId learner : learners) {
      if (voters.contains(learner)) {
        throw new IllegalArgumentException(learner + " is both voter and learner");
      }
    }
  }

  /** A group of voters alone. */
  public static Membership of(Collection<PeerId> voters) {
    return new Membership(List.copyOf(voters), List.of());
  }

  public boolean isVoter(PeerId peer) {
    return voters.contains(peer);
  }

  public boolean isMember(PeerId peer) {
    return isVoter(peer) || learners.contains(peer);
  }

  /** Voters, then learners. */
  public List<PeerId> members() {
    List<PeerId> members = new ArrayList<>(voters);
    members.addAll(learners);
    return members;
  }

  /** With {@code peer} as a learner, which it must not be yet. */
  public Membership withLearner(PeerId peer) {
    List<PeerId> more = new ArrayList<>(learners);
    more.add(peer);
    return new Membership(voters, more);
  }

  /** With {@code peer} as a voter, and a learner no more. */
  public Membership withVoter(PeerId peer) {
    List<PeerId> more = new ArrayList<>(voters);
    more.add(peer);
    return new Membership(more, minus(learners, peer));
  }

  /** Without {@code peer}, whatever it is. */
  public Membership without(PeerId peer) {
    return new Membership(minus(voters, peer), minus(learners, peer));
  }

  private static List<PeerId> minus(List<PeerId> peers, PeerId peer) {
    return peers.stream().filter(other -> !other.equals(peer)).toList();
  }

  /** Whether {@code present} voters are enough to decide. */
  public boolean isMajority(int present) {
    return !voters.isEmpty() && Quorum.isMajority(present, voters.size());
  }

  /** The payload of an {@link EntryType#CONFIGURATION} entry: the same everywhere, for ever. */
  public Bytes toBytes() {
    BinaryWriter out = new BinaryWriter(16 * MAX_MEMBERS).u8(FORMAT);
    for (List<PeerId> peers : List.of(voters, learners)) {
      out.i32(peers.size());
      peers.forEach(peer -> out.text(peer.value()));
    }
    return out.done();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Membership fromBytes(Bytes bytes) {
    try {
      BinaryReader in = new BinaryReader(bytes);
      int format = in.u8();
      if (format != FORMAT) {
        throw new IllegalArgumentException(
            "a membership of format " + format + " was written by a newer version");
      }
      Membership read = new Membership(peers(in), peers(in));
      in.end();
      return read;
    } catch (BinaryReader.MalformedException e) {
      throw new IllegalArgumentException("these bytes are no membership: " + e.getMessage(), e);
    }
  }

  private static List<PeerId> peers(BinaryReader in) {
    int count = in.count();
    List<PeerId> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(new PeerId(in.text()));
    }
    return peers;
  }
}
