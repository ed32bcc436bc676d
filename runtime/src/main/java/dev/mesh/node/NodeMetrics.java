package dev.mesh.node;

import dev.mesh.Mesh;
import dev.mesh.events.ReadOnlySpells;
import dev.mesh.http.Metric;
import dev.mesh.peer.PeerState;
import dev.mesh.persistence.serialization.WireTraffic;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.PeerObservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** How the mesh does, measured by this peer: the network's health, and how often leaders change. */
final class NodeMetrics {
  private static final String NETWORK = "network";
  private static final double MILLIS = 1e-3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double PERCENT = 100;

  private final List<Metric> metrics = new ArrayList<>();

  private NodeMetrics() {}

  static List<Metric> of(Optional<Mesh> mesh, ReadOnlySpells spells) {
    NodeMetrics all = new NodeMetrics();
    mesh.ifPresent(all::add);
    all.add(spells);
    return List.copyOf(all.metrics);
  }

  private void add(Mesh mesh) {
    PeerState state = mesh.state();
    connectivity(state)
        .ifPresent(
            percent ->
                gauge(
                    "connectivityPercent",
                    "mesh_connectivity_ratio",
                    1 / PERCENT,
                    "Registered peers that this one reaches, itself counted.",
                    percent));
    latency(state)
        .ifPresent(
            millis ->
                gauge(
                    "latencyMs",
                    "mesh_latency_seconds",
                    MILLIS,
                    "Mean time that a heartbeat's answer takes.",
                    millis));
    WireTraffic traffic = WireTraffic.get(mesh.system());
    traffic
        .sentPerSecond()
        .ifPresent(
            rate ->
                gauge(
                    "messagesPerSecond",
                    "mesh_messages_per_second",
                    1,
                    "Messages that this peer's actors send, replicas' streams not counted.",
                    rate));
    metrics.add(
        new Metric(
            NETWORK,
            "messagesSent",
            "mesh_messages_sent_total",
            1,
            Metric.Type.COUNTER,
            "Messages that this peer's actors have sent, replicas' streams not counted.",
            traffic.sent()));
  }

  /** Heartbeats say nothing until they have begun. */
  private static OptionalDouble connectivity(PeerState state) {
    Set<PeerId> registry = state.directory().peers().keySet();
    PeerState.Heartbeats heartbeats = state.heartbeats();
    boolean begun = !heartbeats.health().isEmpty() || registry.equals(Set.of(state.self()));
    if (!state.directory().isFounded() || !begun) {
      return OptionalDouble.empty();
    }
    long reached =
        registry.stream()
            .filter(peer -> !heartbeats.silent().contains(peer))
            .filter(peer -> heartbeats.health().get(peer) != Health.FAILED)
            .count();
    return OptionalDouble.of(PERCENT * reached / registry.size());
  }

  private static OptionalDouble latency(PeerState state) {
    return state.heartbeats().observations().stream()
        .map(PeerObservation::latency)
        .flatMap(Optional::stream)
        .mapToDouble(latency -> latency.toNanos() / NANOS_PER_MILLI)
        .average();
  }

  private void add(ReadOnlySpells spells) {
    metrics.add(
        new Metric(
            NETWORK,
            "readOnlySpells",
            "mesh_read_only_spells_total",
            1,
            Metric.Type.COUNTER,
            "How often this peer could not write for want of a majority.",
            spells.count()));
    spells
        .last()
        .map(Duration::toMillis)
        .ifPresent(
            millis ->
                gauge(
                    "recoveryMs",
                    "mesh_recovery_seconds",
                    MILLIS,
                    "How long the last time took in which this peer could not write.",
                    millis));
    metrics.add(
        new Metric(
            "consensus",
            "leaderChanges",
            "mesh_leader_changes_total",
            1,
            Metric.Type.COUNTER,
            "How often a group of this peer had a new leader, or one in a new term.",
            spells.leaderChanges()));
  }

  private void gauge(String name, String exported, double scale, String help, double value) {
    metrics.add(new Metric(NETWORK, name, exported, scale, Metric.Type.GAUGE, help, value));
  }
}
