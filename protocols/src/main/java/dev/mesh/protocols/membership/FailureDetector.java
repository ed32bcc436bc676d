package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds out who has failed, by pings, suspicion and confirmation (after SWIM, Das et al. 2002, §4,
 * with the local health of Lifeguard, Dadgar et al. 2017, and the observers of Rapid, Suresh et al.
 * 2018).
 *
 * <p>Each peer is pinged by its observers ({@link WatchRings}) at each interval, and again at each
 * tick until it answers and while there is news of a failure. An observer for which it was silent
 * for the time-out suspects it and asks the other observers; when a majority of those that have not
 * failed confirms the silence, it is declared failed. Suspicions, failures and refutations travel
 * to everybody along with pings and pongs ({@link Updates}). The accused refutes by raising its
 * {@link Incarnation}; no accusation of the lower one counts any more. A later life is proof that
 * the earlier one has ended: that one is declared failed first.
 *
 * <p>A detector that is slow itself trusts itself less ({@link LocalHealth}), and takes the time
 * for which it was asleep (its ticks did not come) off everybody's silence: a process that was
 * frozen does not condemn the others when it wakes. It hears that it was itself declared failed
 * from the first peer that pings it ({@link Effect.Condemned}).
 *
 * <p><b>What a minority that is cut off can declare.</b> Where all watch all, nobody: the majority
 * is one of all peers that are not failed, the suspect counted. In a larger mesh it declares those
 * outside most of whose observers are inside with it, and with every such failure the majorities of
 * others shrink; so it may come to declare many. That is of no harm: what follows from a failure,
 * as the award of a task to another peer, is committed by Raft groups, which need a majority of
 * their own, and at the repair the first ping from the accused refutes.
 *
 * <p>Used by one thread at a time. Holds an entry for each peer that it watches and an update for
 * each that was ever accused, both among the peers that it was given. Times are nanoseconds of one
 * clock that does not go back.
 */
public final class FailureDetector {

  /** What the detector learns. */
  public sealed interface Input {
    long now();

    /** Comes every {@link HeartbeatSettings#tick}. */
    record Tick(long now) implements Input {}

    /** These peers, this one among them, are the mesh; others are watched no more. */
    record PeersAre(long now, WatchRings rings) implements Input {}

    /** One of the peers is in this life, or a later one. */
    record PeerKnown(long now, PeerId peer, long life) implements Input {}

    record Received(long now, Heartbeat message) implements Input {}
  }

  /** What the detector asks for and declares. */
  public sealed interface Effect {
    record Send(PeerId to, Heartbeat message) implements Effect {}

    /** The peer is there: at first, in a new life, or again. */
    record PeerAlive(PeerId peer, Incarnation incarnation) implements Effect {}

    /** {@code by} has not heard the peer for the time-out. */
    record PeerSuspected(PeerId peer, Incarnation incarnation, PeerId by) implements Effect {}

    /**
     * The peer has failed.
     *
     * @param by who says so
     * @param confirmedBy the majority of observers; empty if {@code by} is another peer
     */
    record PeerFailed(PeerId peer, Incarnation incarnation, PeerId by, Set<PeerId> confirmedBy)
        implements Effect {}

    /** This peer was suspected and has refuted. */
    record Refuted(Incarnation accused, PeerId by) implements Effect {}

    /** This peer was declared failed in its present life, and has now refuted that. */
    record Condemned(Incarnation accused, PeerId by) implements Effect {}

    /**
     * {@code by} has told this peer of a failure or suspicion that the accused has refuted.
     *
     * @param ofMost it has of late accused most of those so that it watches
     */
    record FalselyAccused(PeerId accused, PeerId by, boolean ofMost) implements Effect {}

    /** {@code from} has sent what no peer of this release sends, which is not heard. */
    record MessageRefused(PeerId from, String why) implements Effect {}
  }

  /** How a peer stands; from good to bad. */
  public enum Health {
    UP,
    SUSPECT,
    FAILED
  }

  private final PeerId self;
  private final long interval;
  private final long timeout;
  private final OwnSleep ownSleep;
  private final LocalHealth localHealth;
  private final Updates updates;
  private final OwnIncarnation own;
  private final Accusations accusations;
  private final Map<PeerId, Watched> watched = new TreeMap<>();
  private final List<Effect> effects = new ArrayList<>();
  private WatchRings rings = WatchRings.NONE;
  private long intervalAt;
  private long pingedAt;

  public FailureDetector(PeerId self, long life, HeartbeatSettings settings) {
    this.self = self;
    this.own = new OwnIncarnation(life);
    this.interval = settings.interval().toNanos();
    this.timeout = settings.timeout().toNanos();
    this.ownSleep = new OwnSleep(settings.tick().toNanos(), interval);
    this.localHealth = new LocalHealth(settings.maxLocalHealth());
    this.updates = new Updates(settings.retransmitFactor());
    this.accusations = new Accusations(timeout);
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    forgiveOwnSleep(input.now());
    if (input instanceof Input.Tick it) {
      tick(it.now());
    } else if (input instanceof Input.PeersAre it) {
      peersAre(it.rings(), it.now());
    } else if (input instanceof Input.PeerKnown it) {
      meet(it.peer(), Incarnation.first(it.life()), it.now());
    } else if (input instanceof Input.Received it) {
      receive(it.message(), it.now());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(effects);
  }

  /** How all stand that this peer watches or has heard an accusation of; not itself. */
  public Map<PeerId, Health> health() {
    Map<PeerId, Health> health = updates.health();
    health.remove(self);
    return health;
  }

  /**
   * Whom this peer watches and has itself not heard for the time-out, however well it is itself.
   */
  public Set<PeerId> silent(long now) {
    Set<PeerId> silent = new TreeSet<>(watched.keySet());
    silent.removeIf(peer -> watched.get(peer).silence(now) < timeout);
    return silent;
  }

  /**
   * Whether a majority of those that this peer watches, itself counted, has answered since it was
   * last asleep. What was sent to it while it slept is no sign that it still counts for others; an
   * answer to what it has said since is.
   */
  public boolean isInTouch() {
    return ownSleep.isOver();
  }

  /** How far this peer distrusts itself: 0 if it is well. */
  public int localHealth() {
    return localHealth.score();
  }

  /** What is known of each peer in {@link #health}. */
  public List<PeerObservation> observations(long now) {
    return health().keySet().stream()
        .map(peer -> updates.of(peer).orElseThrow())
        .map(it -> PeerObservation.of(it, Optional.ofNullable(watched.get(it.peer())), now))
        .toList();
  }

  private void peersAre(WatchRings given, long now) {
    rings = given;
    updates.peersAre(given);
    List<PeerId> mine = given.watchedBy(self);
    watched.keySet().retainAll(Set.copyOf(mine));
    mine.forEach(peer -> watched.computeIfAbsent(peer, it -> new Watched(now)));
    accusations.watchOnly(watched.keySet());
  }

  private void forgiveOwnSleep(long now) {
    long slept = ownSleep.noticed(now);
    if (slept > 0) {
      watched.values().forEach(it -> it.forgive(slept, now));
      intervalAt = Math.min(now, intervalAt + slept);
      localHealth.strained();
      pingedAt = now - stretched(interval);
    }
  }

  private void tick(long now) {
    boolean first = ownSleep.ticked(now);
    if (first || now - intervalAt >= interval) {
      endInterval(now);
    }
    boolean due = first || now - pingedAt >= stretched(interval);
    if (due) {
      pingedAt = now;
    }
    boolean all = due || updates.isPressing();
    for (Map.Entry<PeerId, Watched> entry : watched.entrySet()) {
      look(entry.getKey(), entry.getValue(), all, now);
    }
  }

  private void endInterval(long now) {
    long heard = watched.values().stream().filter(it -> it.heardSince(intervalAt)).count();
    long missed =
        watched.entrySet().stream()
            .filter(it -> it.getValue().owesAnswer() && updates.is(it.getKey(), Health.UP))
            .count();
    localHealth.intervalEnded(heard, missed);
    intervalAt = now;
  }

  private long stretched(long nanos) {
    return nanos * (1 + localHealth.score());
  }

  private void look(PeerId peer, Watched seen, boolean all, long now) {
    Optional<HealthUpdate> known = updates.of(peer);
    boolean silent = known.isPresent() && isSilent(seen, now);
    if (silent && known.get().health() == Health.UP) {
      learn(new HealthUpdate(peer, known.get().incarnation(), Health.SUSPECT, self), true, now);
    }
    boolean again = seen.owesAnswer() && seen.silence(now) < 2 * timeout;
    if (all || again) {
      seen.pinged(now);
      send(peer, new Heartbeat.Ping(self, own.is(), now, updates.take(peer)));
      if (silent && updates.is(peer, Health.SUSPECT)) {
        confirm(peer, seen, self, now);
        askOthers(peer);
      }
    }
  }

  private void receive(Heartbeat message, long now) {
    PeerId from = message.from();
    Optional<String> fault = HeartbeatRules.fault(message);
    fault.ifPresent(why -> effects.add(new Effect.MessageRefused(from, why)));
    if (from.equals(self) || fault.isPresent()) {
      return;
    }
    meet(from, message.incarnation(), now);
    Optional<HealthUpdate> sender = updates.of(from);
    if (sender.isPresent() && message.incarnation().life() < sender.get().incarnation().life()) {
      return; // words of a life that is over
    }
    Watched seen = watched.get(from);
    if (seen != null) {
      seen.heard(now);
    }
    message.updates().forEach(updates::correct);
    message.updates().forEach(update -> learn(update, true, now));
    if (seen != null && ownSleep.isOver()) { // asleep, it was accused with good reason
      message.updates().forEach(update -> heldAgainst(from, update, now));
    }
    if (message instanceof Heartbeat.Ping it) {
      send(from, new Heartbeat.Pong(self, own.is(), it.sentAt(), updates.take(from)));
    } else if (message instanceof Heartbeat.Pong it) {
      if (seen != null && it.pingSentAt() <= now) {
        seen.answered(it.pingSentAt(), now);
        ownSleep.answered(watched.values());
      }
    } else if (message instanceof Heartbeat.AskConfirmation it) {
      answer(it, now);
    } else if (message instanceof Heartbeat.Confirmation it) {
      takeAnswer(it, now);
    } else {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  /** A peer is in this incarnation, by its own word or by discovery's. */
  private void meet(PeerId peer, Incarnation is, long now) {
    Optional<HealthUpdate> known = updates.of(peer);
    if (watched.containsKey(peer) || known.isPresent()) {
      learn(new HealthUpdate(peer, is, Health.UP, peer), known.isPresent(), now);
    }
  }

  /** The one place where what is known of a peer changes. */
  private void learn(HealthUpdate update, boolean tell, long now) {
    PeerId peer = update.peer();
    if (peer.equals(self)) {
      hearOfSelf(update);
      return;
    }
    Optional<HealthUpdate> before = updates.of(peer);
    if (!rings.contains(peer) || before.filter(it -> !update.overrides(it)).isPresent()) {
      return;
    }
    updates.put(update);
    if (tell) {
      updates.spread(peer);
    }
    Watched seen = watched.get(peer);
    if (seen != null && update.health() == Health.UP) {
      seen.heard(now);
    }
    Set<PeerId> confirmedBy = seen == null ? Set.of() : seen.confirmedBy();
    boolean declares = update.by().equals(self);
    effects.addAll(Declarations.of(before, update, declares ? confirmedBy : Set.of()));
    effects.addAll(accusations.refuted(peer, update.incarnation(), rings, now));
    if (seen != null && before.filter(update::repeatsAccusation).isEmpty()) {
      seen.acquit();
    }
  }

  /** The accuser says it itself; what it says may have been refuted before this peer heard it. */
  private void heldAgainst(PeerId accuser, HealthUpdate update, long now) {
    Watched accused = watched.get(update.peer());
    accusations.said(accuser, update, accused != null && accused.silence(now) >= timeout);
    Optional<Incarnation> latest =
        update.peer().equals(self)
            ? Optional.of(own.is())
            : updates.of(update.peer()).map(HealthUpdate::incarnation);
    latest.ifPresent(is -> effects.addAll(accusations.refuted(update.peer(), is, rings, now)));
  }

  private void hearOfSelf(HealthUpdate update) {
    if (!own.isAccusedBy(update)) {
      return;
    }
    boolean refutes = own.refutes(update);
    if (refutes) {
      updates.put(new HealthUpdate(self, own.is(), Health.UP, self));
      updates.spread(self);
      localHealth.strained();
    }
    if (own.isCondemnedBy(update)) { // even if the suspicion before it was refuted: too late
      effects.add(new Effect.Condemned(update.incarnation(), update.by()));
    } else if (refutes) {
      effects.add(new Effect.Refuted(update.incarnation(), update.by()));
    }
  }

  private void askOthers(PeerId suspect) {
    Incarnation suspected = updates.of(suspect).orElseThrow().incarnation();
    for (PeerId other : Jury.asked(suspect, self, rings, updates)) {
      send(other, new Heartbeat.AskConfirmation(self, own.is(), suspect, suspected));
    }
  }

  private void answer(Heartbeat.AskConfirmation ask, long now) {
    Watched seen = watched.get(ask.suspect());
    Optional<HealthUpdate> known = updates.of(ask.suspect());
    Incarnation asked = ask.suspectIncarnation();
    if (seen == null || known.filter(it -> it.incarnation().life() >= asked.life()).isEmpty()) {
      return; // says nothing of whom it does not watch, nor of a life that it has not met
    }
    boolean refuted = known.get().incarnation().compareTo(asked) > 0;
    send(
        ask.from(),
        new Heartbeat.Confirmation(
            self, own.is(), ask.suspect(), asked, !refuted && isSilent(seen, now)));
  }

  private void takeAnswer(Heartbeat.Confirmation answer, long now) {
    PeerId suspect = answer.suspect();
    Watched seen = watched.get(suspect);
    Optional<HealthUpdate> known = updates.of(suspect);
    if (seen == null
        || known.filter(it -> it.incarnation().equals(answer.suspectIncarnation())).isEmpty()
        || known.get().health() != Health.SUSPECT) {
      return;
    }
    if (answer.silent()) {
      confirm(suspect, seen, answer.from(), now);
    } else {
      seen.deny(answer.from());
    }
  }

  private void confirm(PeerId suspect, Watched seen, PeerId by, long now) {
    seen.confirm(by, now);
    Set<PeerId> silent = seen.confirmedSince(now - timeout);
    if (isSilent(seen, now) && Jury.isMajority(silent, suspect, rings, updates)) {
      Incarnation suspected = updates.of(suspect).orElseThrow().incarnation();
      learn(new HealthUpdate(suspect, suspected, Health.FAILED, self), true, now);
    }
  }

  private boolean isSilent(Watched seen, long now) {
    return seen.silence(now) >= stretched(timeout);
  }

  private void send(PeerId to, Heartbeat message) {
    effects.add(new Effect.Send(to, message));
  }

  /**
   * Checks what must hold between any two inputs.
   *
   * @throws IllegalStateException if it does not
   */
  public void checkInvariants() {
    for (Map.Entry<PeerId, Watched> entry : watched.entrySet()) {
      boolean suspected = updates.is(entry.getKey(), Health.SUSPECT);
      if (!rings.contains(entry.getKey())
          || (!suspected && !entry.getValue().confirmedBy().isEmpty())) {
        throw new IllegalStateException(
            self + " holds confirmations of, or watches, " + entry.getKey() + " without a reason");
      }
    }
  }
}
