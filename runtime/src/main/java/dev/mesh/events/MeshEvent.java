package dev.mesh.events;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Something that a peer has noticed.
 *
 * @param id grows with each event of a peer, over its restarts, too
 * @param time by the peer's clock
 * @param at the peer that has noticed it
 */
public record MeshEvent(long id, Instant time, PeerId at, What what) {

  /** What was noticed. */
  public sealed interface What {
    /** In words, without the time. */
    String text();
  }

  /** The peer is there: at first, in a new life, or again after an accusation. */
  public record PeerAlive(PeerId peer) implements What {
    @Override
    public String text() {
      return peer + " is alive";
    }
  }

  /**
   * The peer does not answer {@code by}, which asks others.
   *
   * @param silent for how long; empty if this peer does not watch it
   */
  public record PeerSuspected(PeerId peer, PeerId by, Optional<Duration> silent) implements What {
    @Override
    public String text() {
      return by
          + " suspects "
          + peer
          + silent.map(time -> ", silent here for " + time.toMillis() + " ms").orElse("");
    }
  }

  /**
   * The peer has failed.
   *
   * @param by who declares it
   * @param confirmedBy the quorum; empty if another peer has declared it
   */
  public record PeerFailed(PeerId peer, PeerId by, Set<PeerId> confirmedBy) implements What {
    public PeerFailed {
      confirmedBy = Set.copyOf(confirmedBy);
    }

    @Override
    public String text() {
      String quorum = confirmedBy.isEmpty() ? "" : ", confirmed by " + sorted(confirmedBy);
      return peer + " has failed, " + by + " says" + quorum;
    }
  }

  /** This peer was suspected and has refuted. */
  public record SuspicionRefuted(PeerId by) implements What {
    @Override
    public String text() {
      return by + " suspected this peer, which has refuted";
    }
  }

  /** This peer was declared failed though it lives, as when it was frozen or cut off. */
  public record Condemned(PeerId by) implements What {
    @Override
    public String text() {
      return by + " has declared this peer failed";
    }
  }

  /** From now on the mesh counts the peer. */
  public record PeerRegistered(PeerId peer) implements What {
    @Override
    public String text() {
      return peer + " is registered";
    }
  }

  /** From now on the mesh does not count the peer. */
  public record PeerLeft(PeerId peer) implements What {
    @Override
    public String text() {
      return peer + " is struck off the registry";
    }
  }

  /** This peer, on the majority's side, removes peers from the cluster. */
  public record PeersRemoved(Set<PeerId> peers) implements What {
    public PeersRemoved {
      peers = Set.copyOf(peers);
    }

    @Override
    public String text() {
      return "removing " + sorted(peers) + " from the cluster: this side has the majority";
    }
  }

  /** A peer that is not of this mesh was refused, or what a peer has sent. */
  public record PeerRefused(String why) implements What {
    @Override
    public String text() {
      return why;
    }
  }

  /**
   * What this peer can do has changed.
   *
   * @param mode as its health says it: starting, ok or read-only
   */
  public record ModeChanged(String mode, String why) implements What {
    @Override
    public String text() {
      return "this peer is " + mode + (why.isEmpty() ? "" : ": " + why);
    }
  }

  /** A group has a leader that it had not before, or not in this term. */
  public record LeaderChanged(GroupId group, long term, PeerId leader) implements What {
    @Override
    public String text() {
      return leader + " leads " + group + " in term " + term;
    }
  }

  /** The process replaces its actor system. */
  public record SystemReplaced(String why) implements What {
    @Override
    public String text() {
      return "the actor system is replaced: " + why;
    }
  }

  private static String sorted(Set<PeerId> peers) {
    return String.join(", ", peers.stream().map(PeerId::value).sorted().toList());
  }
}
