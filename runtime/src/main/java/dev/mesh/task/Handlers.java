package dev.mesh.task;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The handlers that this peer has, by kind. Thread-safe. */
public final class Handlers {
  private final Map<String, TaskHandler> byKind = new ConcurrentHashMap<>();
  private volatile Set<String> kinds = Set.of();

  /**
   * Tasks of {@code kind} go to {@code handler} from now on.
   *
   * @throws InvalidTaskException if {@code kind} cannot name a kind
   */
  public synchronized void put(String kind, TaskHandler handler) {
    byKind.put(Task.checkKind(kind), handler);
    kinds = Set.copyOf(byKind.keySet());
  }

  public Optional<TaskHandler> of(String kind) {
    return Optional.ofNullable(byKind.get(kind));
  }

  /** The kinds that this peer can run now. */
  public Set<String> kinds() {
    return kinds;
  }
}
