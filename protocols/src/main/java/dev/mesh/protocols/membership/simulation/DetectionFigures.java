package dev.mesh.protocols.membership.simulation;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.simulation.DetectionSimulation.Setup;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * What a simulation of failure detectors measured: first a quiet time, for traffic and false
 * positives, then crashes.
 *
 * @param crashes how many peers crashed
 * @param suspected from a crash to the first suspicion
 * @param confirmed from a crash to the quorum's confirmation
 * @param known from a crash until everybody who is left knows of it
 * @param unknown how many crashes were not known everywhere in the time given
 * @param peerHours of live peers, that false positives are counted over
 * @param falseSuspicions by observers, of peers that had not crashed, for a peer and hour
 * @param falseFailures confirmed by a quorum, of peers that had not crashed, for a peer and hour
 * @param messages sent by a peer in a second, in the quiet time
 * @param busiest messages sent and received by the busiest peer in a second, in the quiet time
 * @param bytes sent by a peer in a second, in the quiet time
 */
public record DetectionFigures(
    Setup setup,
    int crashes,
    Optional<Times> suspected,
    Optional<Times> confirmed,
    Optional<Times> known,
    int unknown,
    double peerHours,
    double falseSuspicions,
    double falseFailures,
    double messages,
    double busiest,
    double bytes) {

  /** The middle one, that which 99 of 100 keep to, and the longest. */
  public record Times(Duration median, Duration percentile99, Duration longest) {
    static Optional<Times> of(List<Duration> times) {
      List<Duration> sorted = times.stream().sorted().toList();
      int count = sorted.size();
      return count == 0
          ? Optional.empty()
          : Optional.of(
              new Times(
                  sorted.get((count - 1) / 2),
                  sorted.get((int) Math.ceil(0.99 * count) - 1),
                  sorted.get(count - 1)));
    }
  }

  /**
   * Simulates.
   *
   * @param quiet how long nobody crashes
   * @param crashes how many crash then, spread over an interval; fewer than half of the peers
   * @param bytesOf the size of a message on the wire
   */
  public static DetectionFigures measure(
      Setup setup, Duration quiet, int crashes, Draws draws, ToIntFunction<Heartbeat> bytesOf) {
    return new Measurement(setup, draws, bytesOf).run(quiet, crashes);
  }

  /** A crash and when what followed. */
  private static final class Crash {
    final long at;
    Optional<Duration> suspected = Optional.empty();
    Optional<Duration> confirmed = Optional.empty();
    Optional<Duration> known = Optional.empty();
    final Set<PeerId> knowing = new HashSet<>();

    Crash(long at) {
      this.at = at;
    }

    Optional<Duration> since(long now) {
      return Optional.of(Duration.ofNanos(now - at));
    }
  }

  private static final class Measurement {
    private final Setup setup;
    private final Draws draws;
    private final DetectionSimulation simulation;
    private final Map<PeerId, Crash> crashes = new TreeMap<>();
    private int toKnow;
    private long falseSuspicions;
    private long falseFailures;

    Measurement(Setup setup, Draws draws, ToIntFunction<Heartbeat> bytesOf) {
      this.setup = setup;
      this.draws = draws;
      this.simulation = new DetectionSimulation(setup, draws, bytesOf, this::declared);
    }

    DetectionFigures run(Duration quiet, int count) {
      simulation.run(quiet);
      double seconds = seconds(quiet);
      double messages = simulation.messages() / seconds / setup.peers();
      double busiest = simulation.messagesOfBusiest() / seconds;
      double bytes = simulation.bytes() / seconds / setup.peers();
      toKnow = setup.peers() - count;
      List<PeerId> victims = draws.sample(simulation.ids(), count);
      for (PeerId victim : victims) {
        simulation.run(setup.settings().interval().dividedBy(count));
        crashes.put(victim, new Crash(simulation.now()));
        simulation.crash(victim);
      }
      Duration patience = setup.settings().timeout().multipliedBy(4);
      simulation.run(patience);
      double peerHours = setup.peers() * seconds(Duration.ofNanos(simulation.now())) / 3600;
      return new DetectionFigures(
          setup,
          count,
          Times.of(crashes.values().stream().flatMap(it -> it.suspected.stream()).toList()),
          Times.of(crashes.values().stream().flatMap(it -> it.confirmed.stream()).toList()),
          Times.of(crashes.values().stream().flatMap(it -> it.known.stream()).toList()),
          (int) crashes.values().stream().filter(it -> it.known.isEmpty()).count(),
          peerHours,
          falseSuspicions / peerHours,
          falseFailures / peerHours,
          messages,
          busiest,
          bytes);
    }

    private static double seconds(Duration time) {
      return time.toNanos() / 1e9;
    }

    private void declared(long now, PeerId at, Effect effect) {
      if (effect instanceof Effect.PeerSuspected it && it.by().equals(at)) {
        Crash crash = crashes.get(it.peer());
        if (crash == null) {
          falseSuspicions++;
        } else if (crash.suspected.isEmpty()) {
          crash.suspected = crash.since(now);
        }
      } else if (effect instanceof Effect.PeerFailed it) {
        failed(now, at, it);
      }
    }

    private void failed(long now, PeerId at, Effect.PeerFailed failed) {
      Crash crash = crashes.get(failed.peer());
      if (crash == null) {
        falseFailures += failed.by().equals(at) ? 1 : 0;
        return;
      }
      if (crash.confirmed.isEmpty()) {
        crash.confirmed = crash.since(now);
      }
      if (!crashes.containsKey(at) && crash.knowing.add(at) && crash.knowing.size() == toKnow) {
        crash.known = crash.since(now);
      }
    }
  }
}
