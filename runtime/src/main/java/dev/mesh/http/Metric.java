package dev.mesh.http;

/**
 * A figure that was measured.
 *
 * @param area what it is about, as the JSON groups it: network, consensus
 * @param name as the JSON has it, with its unit: {@code latencyMs}
 * @param exported as Prometheus has it, in base units: {@code mesh_latency_seconds}
 * @param scale what the value is multiplied by for Prometheus
 * @param help one line for people
 */
public record Metric(
    String area, String name, String exported, double scale, Type type, String help, double value) {
  /** How the figure moves. */
  public enum Type {
    GAUGE,
    COUNTER
  }
}
