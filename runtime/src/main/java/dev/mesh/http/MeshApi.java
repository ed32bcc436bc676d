package dev.mesh.http;

import dev.mesh.events.MeshEvents;
import dev.mesh.memory.Memory;
import dev.mesh.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the HTTP server asks of the peer it serves. The peer's actor system may come and go behind
 * this; the server stays. Implementations are thread-safe and do not block.
 */
public interface MeshApi {

  /** How the peer is now. */
  Health health();

  /** All peers that this peer knows of, itself included, in the order of their ids. */
  List<Peer> peers();

  /** What this peer has noticed; it outlives the actor system. */
  MeshEvents events();

  /** Figures of how the mesh does, as this peer sees it; those that are unknown are absent. */
  List<Metric> metrics();

  /** The tasks of the mesh; absent while the peer starts. */
  Optional<Tasks> tasks();

  /**
   * One namespace of the shared memory; absent while the peer starts.
   *
   * @throws dev.mesh.memory.MemoryException if the name is empty or too long
   */
  Optional<Memory> memory(String namespace);

  /** The groups of the mesh; absent while the peer starts. */
  Optional<ConsensusApi> consensus();

  /** What a peer can do at the moment. */
  enum State {
    /** Reads and writes. */
    OK,
    /** No majority in reach: reads are answered, possibly out of date, and writes refused. */
    READ_ONLY,
    /** Not yet, or not again, a member of the mesh. */
    STARTING;

    /** The state as it is written outside. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * How the peer is.
   *
   * @param peer the id of the peer that answers
   * @param leader the id of the peer that leads group 0, where it is known
   * @param detail what the peer waits for, where it is not {@code OK}
   */
  record Health(State state, String peer, Optional<String> leader, Optional<String> detail) {}

  /**
   * A peer as another sees it. What is unknown is absent.
   *
   * @param address host and port at which peers reach it
   * @param status one of up, suspect, failed, left
   * @param why who says so, and what it has seen, where the status is suspect or failed
   * @param latency how long its answers take on average, where it is watched from here
   * @param load named shares in [0, 1] or counts, as last heard
   * @param reputation in [0, 1]
   * @param neighbours ids of the peers that it keeps connections to
   */
  record Peer(
      String id,
      String address,
      String zone,
      String status,
      Optional<String> why,
      Optional<Duration> latency,
      List<String> capabilities,
      Map<String, Double> load,
      OptionalDouble reputation,
      List<String> neighbours) {
    public Peer {
      capabilities = List.copyOf(capabilities);
      load = Map.copyOf(load);
      neighbours = List.copyOf(neighbours);
    }
  }
}
