package dev.mesh.http;

import dev.mesh.events.MeshEvents;
import dev.mesh.memory.Memory;
import dev.mesh.protocols.Bytes;
import dev.mesh.task.Task;
import dev.mesh.task.Tasks;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** A real HTTP server on a free port over tasks in memory, for tests of the edges. */
public final class FakePeer implements MeshApi, AutoCloseable {
  public static final String TOKEN = "let-me-in";

  private final MemoryTasks tasks;
  private final Map<String, FakeMemory> memories;
  private final HttpServer server;
  private final MeshEvents events = new MeshEvents(3, InstantSource.system());
  private volatile State state = State.OK;

  private FakePeer(int port, MemoryTasks tasks, Optional<String> token) {
    this(port, tasks, new ConcurrentHashMap<>(), token);
  }

  private FakePeer(
      int port, MemoryTasks tasks, Map<String, FakeMemory> memories, Optional<String> token) {
    this.tasks = tasks;
    this.memories = memories;
    this.server = HttpServer.start(this, settings(port, token)).toCompletableFuture().join();
  }

  /** A peer that does {@code echo} and fails every {@code fail}. */
  public static FakePeer start() {
    return start(
        Map.of(
            "echo",
            Task::payload,
            "fail",
            task -> {
              throw new IllegalStateException("it was meant to fail");
            }));
  }

  public static FakePeer start(Map<String, Function<Task, Bytes>> kinds) {
    return start(0, kinds);
  }

  public static FakePeer start(int port, Map<String, Function<Task, Bytes>> kinds) {
    return new FakePeer(port, new MemoryTasks(kinds), Optional.empty());
  }

  /** Another peer of the same mesh: it knows the same tasks and memory. */
  public FakePeer another() {
    return new FakePeer(0, tasks, memories, Optional.empty());
  }

  public static FakePeer startWithToken() {
    return new FakePeer(0, new MemoryTasks(Map.of()), Optional.of(TOKEN));
  }

  static HttpSettings settings(int port, Optional<String> token) {
    return new HttpSettings("127.0.0.1", port, token, 4096, Duration.ofSeconds(5), 3, 4096);
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  public int port() {
    return server.address().getPort();
  }

  public MemoryTasks memory() {
    return tasks;
  }

  public void become(State next) {
    state = next;
  }

  @Override
  public MeshEvents events() {
    return events;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        new Metric(
            "network",
            "latencyMs",
            "mesh_latency_seconds",
            1e-3,
            Metric.Type.GAUGE,
            "How long an answer takes.",
            2));
  }

  @Override
  public Health health() {
    Optional<String> detail =
        state == State.OK ? Optional.empty() : Optional.of("waiting for 2 of 3 peers");
    return new Health(state, "fake", Optional.of("fake"), detail);
  }

  @Override
  public List<Peer> peers() {
    return List.of(
        peer("fake", "up", Optional.empty()),
        peer("other", "suspect", Optional.of("fake says so; silent here for 4 s")));
  }

  private static Peer peer(String id, String status, Optional<String> why) {
    return new Peer(
        id,
        "127.0.0.1:7600",
        "default",
        status,
        why,
        Optional.of(Duration.ofMillis(2)),
        List.of("gpu"),
        Map.of("queued", 0.0, "cpu", 0.5),
        OptionalDouble.empty(),
        List.of());
  }

  @Override
  public Optional<Tasks> tasks() {
    return state == State.STARTING ? Optional.empty() : Optional.of(tasks);
  }

  @Override
  public Optional<Memory> memory(String namespace) {
    return state == State.STARTING ? Optional.empty() : Optional.of(shared(namespace));
  }

  public FakeMemory shared(String namespace) {
    return memories.computeIfAbsent(namespace, FakeMemory::new);
  }

  @Override
  public Optional<ConsensusApi> consensus() {
    return state == State.STARTING ? Optional.empty() : Optional.of(new FakeConsensus());
  }

  @Override
  public void close() {
    server.stop().toCompletableFuture().join();
  }
}
