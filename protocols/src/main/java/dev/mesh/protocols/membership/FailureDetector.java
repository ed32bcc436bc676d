package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds out who has failed, by pings, suspicion and confirmation (after SWIM, Das et al. 2002, §4).
 *
 * <p>Every known peer is pinged at each interval. Who has been silent for the time-out is
 * suspected, and the others are asked: only when a majority of the peers that are not failed (this
 * one and the suspect counted) has heard nothing either is it declared failed. A minority that is
 * cut off thus declares nobody. Any word of a peer in its present life, or a later life, refutes.
 *
 * <p>A later life is also proof that the earlier one has ended: that one is declared failed first.
 *
 * <p>A detector that was itself asleep (its ticks did not come) takes that time off everybody's
 * silence, so that a process that was frozen does not condemn the others when it wakes.
 *
 * <p>Used by one thread at a time. Holds an entry for each known peer, at most {@value #MAX_PEERS};
 * more are not watched.
 */
public final class FailureDetector {
  public static final int MAX_PEERS = 1024;

  /**
   * How often and how long.
   *
   * @param intervalMillis between two pings to a peer; {@link Input.Tick} comes as often
   * @param timeoutMillis silence after which a peer is suspected; more than the interval
   */
  public record Settings(long intervalMillis, long timeoutMillis) {
    public Settings {
      if (intervalMillis < 1 || timeoutMillis <= intervalMillis) {
        throw new IllegalArgumentException(
            "heartbeat time-out "
                + timeoutMillis
                + " ms must be longer than the interval "
                + intervalMillis
                + " ms");
      }
    }
  }

  /** What peers say to each other; each carries the life of its sender. */
  public sealed interface Message {
    PeerId from();

    long incarnation();

    /** Answered with {@link Pong}. */
    record Ping(PeerId from, long incarnation) implements Message {}

    record Pong(PeerId from, long incarnation) implements Message {}

    /** Is {@code suspect}, in this life, silent for you too? Answered with {@link Confirmation}. */
    record AskConfirmation(PeerId from, long incarnation, PeerId suspect, long suspectIncarnation)
        implements Message {}

    record Confirmation(
        PeerId from, long incarnation, PeerId suspect, long suspectIncarnation, boolean silent)
        implements Message {}
  }

  /** What the detector learns. Times are milliseconds of one clock that does not go back. */
  public sealed interface Input {
    record Tick(long now) implements Input {}

    /** There is such a peer, or it is in a later life. */
    record PeerKnown(long now, PeerId peer, long incarnation) implements Input {}

    /** The peer has left for good and is watched no more. */
    record PeerLeft(PeerId peer) implements Input {}

    record Received(long now, Message message) implements Input {}
  }

  /** What the detector asks for and declares. */
  public sealed interface Effect {
    record Send(PeerId to, Message message) implements Effect {}

    /** The peer is there: at first, in a new life, or again. */
    record PeerAlive(PeerId peer, long incarnation) implements Effect {}

    record PeerSuspected(PeerId peer, long incarnation) implements Effect {}

    record PeerFailed(PeerId peer, long incarnation) implements Effect {}
  }

  /** How a peer stands. */
  public enum Health {
    UP,
    SUSPECT,
    FAILED
  }

  private static final class Watched {
    long incarnation;
    long heardAt;
    Health health = Health.UP;
    final Set<PeerId> confirmedBy = new HashSet<>();
  }

  private final PeerId self;
  private final long incarnation;
  private final Settings settings;
  private final Map<PeerId, Watched> peers = new TreeMap<>();
  private final List<Effect> effects = new ArrayList<>();
  private long lastTick = Long.MIN_VALUE;

  public FailureDetector(PeerId self, long incarnation, Settings settings) {
    this.self = self;
    this.incarnation = incarnation;
    this.settings = settings;
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    if (input instanceof Input.Tick tick) {
      tick(tick.now());
    } else if (input instanceof Input.PeerKnown known) {
      meet(known.peer(), known.incarnation(), known.now());
    } else if (input instanceof Input.PeerLeft left) {
      peers.remove(left.peer());
      peers.values().forEach(peer -> peer.confirmedBy.remove(left.peer()));
    } else if (input instanceof Input.Received received) {
      receive(received.now(), received.message());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(effects);
  }

  /** How every watched peer stands. */
  public Map<PeerId, Health> health() {
    Map<PeerId, Health> health = new TreeMap<>();
    peers.forEach((peer, watched) -> health.put(peer, watched.health));
    return health;
  }

  private void tick(long now) {
    forgiveOwnSleep(now);
    for (Map.Entry<PeerId, Watched> entry : peers.entrySet()) {
      PeerId peer = entry.getKey();
      Watched watched = entry.getValue();
      send(peer, new Message.Ping(self, incarnation));
      if (watched.health == Health.UP && isSilent(watched, now)) {
        watched.health = Health.SUSPECT;
        effects.add(new Effect.PeerSuspected(peer, watched.incarnation));
      }
      if (watched.health == Health.SUSPECT) {
        confirm(peer, watched, self);
        askOthers(peer, watched);
      }
    }
  }

  private void forgiveOwnSleep(long now) {
    long slept = lastTick == Long.MIN_VALUE ? 0 : now - lastTick - settings.intervalMillis();
    if (slept > settings.intervalMillis()) {
      peers.values().forEach(watched -> watched.heardAt += slept);
    }
    lastTick = now;
  }

  private void receive(long now, Message message) {
    if (message.from().equals(self)) {
      return;
    }
    meet(message.from(), message.incarnation(), now);
    Watched sender = peers.get(message.from());
    if (sender == null || message.incarnation() < sender.incarnation) {
      return; // not watched, or words of a life that is over
    }
    heard(message.from(), sender, now);
    if (message instanceof Message.Ping ping) {
      send(ping.from(), new Message.Pong(self, incarnation));
    } else if (message instanceof Message.AskConfirmation ask) {
      answer(ask, now);
    } else if (message instanceof Message.Confirmation answer) {
      takeAnswer(answer);
    } else if (!(message instanceof Message.Pong)) {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  private void meet(PeerId peer, long life, long now) {
    Watched watched = peers.get(peer);
    if (peer.equals(self) || (watched == null && peers.size() >= MAX_PEERS)) {
      return;
    }
    if (watched != null && watched.incarnation >= life) {
      return;
    }
    if (watched != null && watched.health != Health.FAILED) {
      effects.add(new Effect.PeerFailed(peer, watched.incarnation));
    }
    Watched met = new Watched();
    met.incarnation = life;
    met.heardAt = now;
    peers.put(peer, met);
    effects.add(new Effect.PeerAlive(peer, life));
  }

  private void heard(PeerId peer, Watched watched, long now) {
    watched.heardAt = Math.max(watched.heardAt, now);
    watched.confirmedBy.clear();
    if (watched.health != Health.UP) {
      watched.health = Health.UP;
      effects.add(new Effect.PeerAlive(peer, watched.incarnation));
    }
  }

  private void askOthers(PeerId suspect, Watched watched) {
    for (Map.Entry<PeerId, Watched> other : peers.entrySet()) {
      if (!other.getKey().equals(suspect) && other.getValue().health == Health.UP) {
        send(
            other.getKey(),
            new Message.AskConfirmation(self, incarnation, suspect, watched.incarnation));
      }
    }
  }

  private void answer(Message.AskConfirmation ask, long now) {
    Watched watched = peers.get(ask.suspect());
    if (watched == null || watched.incarnation < ask.suspectIncarnation()) {
      return; // says nothing of a life that it has not met
    }
    boolean silent = watched.incarnation == ask.suspectIncarnation() && isSilent(watched, now);
    send(
        ask.from(),
        new Message.Confirmation(
            self, incarnation, ask.suspect(), ask.suspectIncarnation(), silent));
  }

  private void takeAnswer(Message.Confirmation answer) {
    Watched watched = peers.get(answer.suspect());
    if (watched == null
        || watched.health != Health.SUSPECT
        || watched.incarnation != answer.suspectIncarnation()) {
      return;
    }
    if (answer.silent()) {
      confirm(answer.suspect(), watched, answer.from());
    } else {
      watched.confirmedBy.remove(answer.from());
    }
  }

  private void confirm(PeerId suspect, Watched watched, PeerId by) {
    watched.confirmedBy.add(by);
    long notFailed =
        1 + peers.values().stream().filter(peer -> peer.health != Health.FAILED).count();
    if (Quorum.isMajority(watched.confirmedBy.size(), (int) notFailed)) {
      watched.health = Health.FAILED;
      watched.confirmedBy.clear();
      effects.add(new Effect.PeerFailed(suspect, watched.incarnation));
    }
  }

  private boolean isSilent(Watched watched, long now) {
    return now - watched.heardAt >= settings.timeoutMillis();
  }

  private void send(PeerId to, Message message) {
    effects.add(new Effect.Send(to, message));
  }
}
