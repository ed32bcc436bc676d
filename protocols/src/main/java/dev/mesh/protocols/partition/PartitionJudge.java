package dev.mesh.protocols.partition;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The one judgement over reachability. The denominator is the registry: the peers that the mesh has
 * committed to count. A peer that reaches a strict majority of it, itself and those on their way
 * into its cluster included, may write; one that does not turns read-only once that has lasted
 * {@code readOnlyAfter}, and back as soon as it does again. After {@code downAfter} of unchanged
 * reachability the majority's side removes from the cluster the members that it does not reach, and
 * at once those that a quorum has confirmed failed. Equal halves and minorities remove nobody: two
 * sides can never remove each other.
 *
 * <p>Heartbeats make the judgement faster, never bolder: who is silent for them does not count as
 * reached, whatever membership says, but nobody counts because of them.
 *
 * <p>Used by one thread at a time. Times are milliseconds of one clock that does not go back.
 */
public final class PartitionJudge {

  /** What a judge asks for. */
  public sealed interface Effect {
    /** The peer may now do more, or less. */
    record Judged(Verdict verdict) implements Effect {}

    /** Remove these members from the cluster: they are on the losing side. */
    record Remove(Set<PeerId> members) implements Effect {
      public Remove {
        members = Set.copyOf(members);
      }
    }
  }

  /**
   * What heartbeats say.
   *
   * @param silent the peers that have been silent for too long
   * @param failed the peers whose present lives a quorum has confirmed failed
   * @param inTouch whether others answer this peer since it last stood still
   */
  public record Heard(Set<PeerId> silent, Set<PeerId> failed, boolean inTouch) {
    public Heard {
      silent = Set.copyOf(silent);
      failed = Set.copyOf(failed);
    }
  }

  private Set<PeerId> registry;
  private final long readOnlyAfterMillis;
  private final long downAfterMillis;
  private Set<PeerId> members = Set.of();
  private Set<PeerId> reachable = Set.of();

  /** In reach, though not yet members. */
  private Set<PeerId> arriving = Set.of();

  private Heard heard = new Heard(Set.of(), Set.of(), true);

  /** Since when {@link #members}, {@link #reachable} and {@link #arriving} are what they are. */
  private long unchangedSince;

  /** Since when no majority is in reach; meaningful while one is not. */
  private long withoutMajoritySince;

  private Verdict verdict;

  /** A judge begins without a majority: nobody was heard yet. */
  public PartitionJudge(
      Collection<PeerId> registry, long readOnlyAfterMillis, long downAfterMillis, long now) {
    if (registry.isEmpty() || readOnlyAfterMillis < 0 || downAfterMillis < 0) {
      throw new IllegalArgumentException(
          "a registry of "
              + registry
              + ", read-only after "
              + readOnlyAfterMillis
              + " ms and removal after "
              + downAfterMillis
              + " ms: the first must not be empty, the others not negative");
    }
    this.registry = Set.copyOf(registry);
    this.readOnlyAfterMillis = readOnlyAfterMillis;
    this.downAfterMillis = downAfterMillis;
    this.unchangedSince = now;
    this.withoutMajoritySince = now;
    this.verdict = new Verdict(false, why());
  }

  public Verdict verdict() {
    return verdict;
  }

  /**
   * Membership and reachability as they are now.
   *
   * @param nowMembers members of the cluster, with this peer
   * @param nowReachable those of them that this peer reaches, itself included
   */
  public List<Effect> observe(long now, Set<PeerId> nowMembers, Set<PeerId> nowReachable) {
    if (!nowMembers.equals(members) || !nowReachable.equals(reachable)) {
      unchangedSince = now;
      change(
          now,
          () -> {
            members = Set.copyOf(nowMembers);
            reachable = Set.copyOf(nowReachable);
          });
    }
    List<Effect> effects = new ArrayList<>();
    judge(now, effects);
    remove(now, effects);
    return effects;
  }

  /** From now on the mesh counts these peers. */
  public void count(long now, Set<PeerId> nowRegistered) {
    if (!nowRegistered.isEmpty()) {
      change(now, () -> registry = Set.copyOf(nowRegistered));
    }
  }

  /**
   * From now on these peers are in reach though the cluster has not taken them in. It may be unable
   * to until it has removed a member that it has lost, for which their number is needed.
   *
   * @param nowArriving each on its way into this cluster and into no other
   */
  public void expect(long now, Set<PeerId> nowArriving) {
    if (!nowArriving.equals(arriving)) {
      unchangedSince = now;
      change(now, () -> arriving = Set.copyOf(nowArriving));
    }
  }

  /** What heartbeats say from now on. */
  public void hear(long now, Heard nowHeard) {
    change(now, () -> heard = nowHeard);
  }

  private void change(long now, Runnable change) {
    boolean had = hasMajority();
    change.run();
    if (had && !hasMajority()) {
      withoutMajoritySince = now;
    }
  }

  private void judge(long now, List<Effect> effects) {
    Verdict next = verdict;
    if (hasMajority()) {
      next = new Verdict(true, "");
    } else if (!verdict.writable() || now - withoutMajoritySince >= readOnlyAfterMillis) {
      next = new Verdict(false, why());
    }
    if (!next.equals(verdict)) {
      verdict = next;
      effects.add(new Effect.Judged(next));
    }
  }

  private void remove(long now, List<Effect> effects) {
    Set<PeerId> lost = new TreeSet<>(members);
    if (now - unchangedSince >= downAfterMillis) {
      lost.removeIf(member -> reachable.contains(member) && !heard.failed().contains(member));
    } else {
      lost.retainAll(heard.failed());
    }
    if (!lost.isEmpty() && hasMajority()) {
      effects.add(new Effect.Remove(lost));
    }
  }

  private boolean hasMajority() {
    return heard.inTouch() && Quorum.isMajority(registeredInReach().size(), registry.size());
  }

  private Set<PeerId> registeredInReach() {
    Set<PeerId> registered = new TreeSet<>(reachable);
    registered.addAll(arriving);
    registered.removeAll(heard.silent());
    registered.retainAll(registry);
    return registered;
  }

  private String why() {
    if (!heard.inTouch()) {
      return "this peer stood still, and no majority of the others has answered it since";
    }
    return "only "
        + registeredInReach().size()
        + " of "
        + registry.size()
        + " registered peers are in reach; writes need "
        + Quorum.majority(registry.size());
  }
}
