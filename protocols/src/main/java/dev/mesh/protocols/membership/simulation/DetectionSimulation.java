package dev.mesh.protocols.membership.simulation;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Input;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.WatchRings;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Failure detectors that talk over a network that delays and loses, in virtual time. Peers crash,
 * start again, freeze and are slow; links can be cut, one way too. Used by one thread at a time.
 */
public final class DetectionSimulation {
  private static final Duration SHORTEST_DELAY = Duration.ofNanos(200_000);
  private static final Duration LONGEST_DELAY = Duration.ofMillis(5);

  /**
   * What is simulated.
   *
   * @param peers how many, at least 1
   * @param loss the share of messages that are lost, each alike, 0 to 1
   * @param slow the share of peers, 0 to 1, that work for up to half a time-out, then stall for up
   *     to three fifths of one, again and again
   */
  public record Setup(int peers, double loss, double slow, HeartbeatSettings settings) {
    public Setup {
      if (peers < 1 || !(loss >= 0 && loss <= 1) || !(slow >= 0 && slow <= 1)) {
        throw new IllegalArgumentException(
            peers
                + " peers, loss of "
                + loss
                + ", slow "
                + slow
                + ": give at least 1 peer and shares from 0 to 1");
      }
    }
  }

  /** Is told what detectors declare, and when. */
  @FunctionalInterface
  public interface Listener {
    void declared(long now, PeerId at, Effect effect);
  }

  /** Whether nothing gets from the one to the other. */
  @FunctionalInterface
  public interface Cut {
    boolean between(PeerId from, PeerId to);
  }

  /** A tick if there is no message. */
  private record Event(long at, long sequence, SimulatedPeer to, long life, Heartbeat message) {}

  private final Setup setup;
  private final Draws draws;
  private final ToIntFunction<Heartbeat> bytesOf;
  private final Listener listener;
  private final SimulatedPeer.Stalls stalls;
  private final WatchRings rings;
  private final List<SimulatedPeer> peers;
  private final Map<PeerId, SimulatedPeer> byId = new HashMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::sequence));
  private Cut cut = (from, to) -> false;
  private long now;
  private long scheduled;
  private long bytes;

  /**
   * A mesh in which all know all and are in their first lives.
   *
   * @param bytesOf the size of a message on the wire
   */
  public DetectionSimulation(
      Setup setup, Draws draws, ToIntFunction<Heartbeat> bytesOf, Listener listener) {
    this.setup = setup;
    this.draws = draws;
    this.bytesOf = bytesOf;
    this.listener = listener;
    long timeout = setup.settings().timeout().toNanos();
    this.stalls = new SimulatedPeer.Stalls(timeout / 2, timeout / 20, timeout * 3 / 5);
    this.peers =
        IntStream.range(0, setup.peers())
            .mapToObj(i -> new SimulatedPeer(peer(i), draws.unit() < setup.slow()))
            .toList();
    this.rings = WatchRings.of(ids(), setup.settings().observers());
    for (SimulatedPeer each : peers) {
      byId.put(each.id, each);
      begin(each);
    }
  }

  /** The id of the peer of this index, from 0. */
  public static PeerId peer(int index) {
    return new PeerId("peer-%05d".formatted(index));
  }

  /** Lets time pass. */
  public void run(Duration time) {
    long until = now + time.toNanos();
    while (!events.isEmpty() && events.peek().at() <= until) {
      Event event = events.remove();
      now = event.at();
      happen(event);
    }
    now = until;
  }

  /** The virtual time, in nanoseconds from 0. */
  public long now() {
    return now;
  }

  public void crash(PeerId peer) {
    byId.get(peer).crashed = true;
  }

  /** A crashed peer starts again, in a later life. */
  public void restart(PeerId peer) {
    SimulatedPeer again = byId.get(peer);
    again.crashed = false;
    again.life++;
    begin(again);
  }

  /** From now on the peer does nothing for so long; what comes meanwhile, it sees when it wakes. */
  public void freeze(PeerId peer, Duration time) {
    byId.get(peer).freeze(now, now + time.toNanos());
  }

  /** From now on these links are cut, and no others. */
  public void cut(Cut now) {
    cut = now;
  }

  /** A peer says this, too, beside what its detector says. */
  public void say(PeerId from, PeerId to, Heartbeat message) {
    send(byId.get(from), new Effect.Send(to, message));
  }

  public List<PeerId> ids() {
    return peers.stream().map(each -> each.id).toList();
  }

  public FailureDetector detector(PeerId peer) {
    return byId.get(peer).detector;
  }

  /** Whether it has crashed or is frozen, or stalls just now. */
  public boolean isAway(PeerId peer) {
    SimulatedPeer asked = byId.get(peer);
    return asked.crashed || asked.isStalled(now);
  }

  public boolean isSlow(PeerId peer) {
    return byId.get(peer).isSlow();
  }

  /** Messages that all have sent so far. */
  public long messages() {
    return peers.stream().mapToLong(each -> each.sent).sum();
  }

  /** Messages that the busiest peer has sent and received so far. */
  public long messagesOfBusiest() {
    return peers.stream().mapToLong(each -> each.sent + each.received).max().orElse(0);
  }

  /** Bytes that all have sent so far. */
  public long bytes() {
    return bytes;
  }

  private void begin(SimulatedPeer each) {
    each.detector = new FailureDetector(each.id, each.life, setup.settings());
    handle(each, new Input.PeersAre(now, rings));
    for (PeerId other : rings.watchedBy(each.id)) {
      handle(each, new Input.PeerKnown(now, other, 1));
    }
    schedule(draws.between(1, setup.settings().tick().toNanos()), each, each.life, null);
  }

  private void happen(Event event) {
    SimulatedPeer to = event.to();
    if (to.crashed || (event.message() == null && event.life() != to.life)) {
      return;
    }
    long ready = to.readyAt(now, stalls, draws);
    if (ready > now) {
      events.add(new Event(ready, event.sequence(), to, event.life(), event.message()));
    } else if (event.message() == null) {
      handle(to, new Input.Tick(now));
      schedule(setup.settings().tick().toNanos(), to, to.life, null);
    } else {
      to.received++;
      handle(to, new Input.Received(now, event.message()));
    }
  }

  private void handle(SimulatedPeer at, Input input) {
    for (Effect effect : at.detector.handle(input)) {
      if (effect instanceof Effect.Send send) {
        send(at, send);
      } else {
        listener.declared(now, at.id, effect);
      }
    }
  }

  private void send(SimulatedPeer from, Effect.Send send) {
    from.sent++;
    bytes += bytesOf.applyAsInt(send.message());
    SimulatedPeer to = byId.get(send.to());
    boolean lost = draws.unit() < setup.loss() || cut.between(from.id, to.id);
    if (!lost) {
      long delay = draws.between(SHORTEST_DELAY.toNanos(), LONGEST_DELAY.toNanos());
      schedule(delay, to, to.life, send.message());
    }
  }

  private void schedule(long delay, SimulatedPeer to, long life, Heartbeat message) {
    events.add(new Event(now + delay, scheduled++, to, life, message));
  }
}
