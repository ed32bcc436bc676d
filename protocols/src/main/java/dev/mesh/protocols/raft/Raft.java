package dev.mesh.protocols.raft;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One member of one Raft group: a pure core. Not thread-safe.
 *
 * <p>A host feeds what has gathered with {@link #step} and then takes all that follows from it with
 * one {@link #flush}: many proposals make one write and one message for each follower. After {@link
 * #start} and after every flush the effects are to be carried out in order.
 */
public final class Raft {
  private final PeerId self;
  private final RaftSettings settings;
  private final Recovered recovered;
  private final Draws draws;

  public Raft(PeerId self, RaftSettings settings, Recovered recovered, Draws draws) {
    this.self = Objects.requireNonNull(self);
    this.settings = Objects.requireNonNull(settings);
    this.recovered = Objects.requireNonNull(recovered);
    this.draws = Objects.requireNonNull(draws);
  }

  /** The first effects; call it once, before any {@link #step}. */
  public List<Effect> start() {
    return List.of(
        new Effect.SetTimer(
            Timer.ELECTION,
            draws.between(
                settings.electionTimeoutMinMillis(), settings.electionTimeoutMaxMillis())));
  }

  /** Takes one input; what follows from it waits for {@link #flush}. */
  public void step(Input input) {
    Objects.requireNonNull(input);
  }

  /** All that follows from the inputs since the last flush. */
  public List<Effect> flush() {
    return List.of();
  }

  public Role role() {
    return Role.FOLLOWER;
  }

  public long term() {
    return 0;
  }

  public Optional<PeerId> leader() {
    return Optional.of(self).filter(it -> false);
  }

  public Membership membership() {
    return recovered.compacted().membership();
  }

  /** The first index still in the log. */
  public long firstIndex() {
    return 1;
  }

  public long lastIndex() {
    return 0;
  }

  public long commitIndex() {
    return 0;
  }

  /** What the state machine has durably applied. */
  public long appliedIndex() {
    return 0;
  }

  /** The weight of the entries held in memory, in bytes. */
  public long logBytes() {
    return 0;
  }
}
