package dev.mesh.memory;

import dev.mesh.memory.MemoryException.Code;
import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.Slices;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The shared memory as one peer reaches it: what its namespaces have in common. Each is kept by one
 * group, which its name decides. Thread-safe.
 */
public final class MemoryService {
  private final ActorSystem<?> system;
  private final MemorySettings settings;
  private final ReplicatedLog log;
  private final InstantSource clock;
  private final AtomicInteger watches = new AtomicInteger();

  /**
   * The memory behind a log.
   *
   * @param log applies what it is given once: writes of the memory must not be repeated
   */
  public MemoryService(
      ActorSystem<?> system, MemorySettings settings, ReplicatedLog log, InstantSource clock) {
    this.system = system;
    this.settings = settings;
    this.log = log;
    this.clock = clock;
  }

  /**
   * A namespace; it need not be made first.
   *
   * @throws MemoryException if the name is empty or longer than a key may be
   */
  public Memory namespace(String name) {
    checkName("namespace", name);
    return new ReplicatedMemory(this, name, Slices.groupOf("memory/" + name, settings.groups()));
  }

  MemorySettings settings() {
    return settings;
  }

  ReplicatedLog log() {
    return log;
  }

  /** When what is put now and lives so long expires, in milliseconds since the epoch. */
  long expiry(Duration ttl) {
    return clock.millis() + ttl.toMillis();
  }

  <T> CompletionStage<T> later(Duration pause, Supplier<CompletionStage<T>> call) {
    return Patterns.after(
        pause, system.classicSystem().scheduler(), system.executionContext(), call::get);
  }

  /** The source, if not too many run already. */
  Source<Change, NotUsed> counted(Source<Change, NotUsed> watch) {
    return Source.lazySource(
            () -> {
              if (watches.incrementAndGet() > settings.maxWatches()) {
                watches.decrementAndGet();
                return Source.<Change>failed(
                    new MemoryException(
                        Code.TOO_MUCH,
                        "mesh.memory.max-watches = "
                            + settings.maxWatches()
                            + " watches run at this peer already; ask another peer, or set it"
                            + " higher"));
              }
              return watch.watchTermination(
                  (used, ended) -> {
                    ended.whenComplete((done, failure) -> watches.decrementAndGet());
                    return used;
                  });
            })
        .mapMaterializedValue(later -> NotUsed.getInstance());
  }

  void checkName(String what, String name) {
    if (name.isEmpty()) {
      throw new MemoryException(Code.INVALID, "the " + what + " is empty; give it a name");
    }
    checkText(what, name);
  }

  void checkEnds(String prefix, String after) {
    checkText("prefix", prefix);
    checkText("key to list after", after);
  }

  private void checkText(String what, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new MemoryException(
          Code.INVALID, "the " + what + " '" + text + "' has half a surrogate pair; give UTF-8");
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > settings.maxKeyBytes()) {
      throw new MemoryException(
          Code.TOO_LARGE,
          "the %s '%s...' has %d bytes, more than mesh.memory.max-key-bytes = %d"
              .formatted(
                  what,
                  text.substring(0, Math.min(text.length(), 20)),
                  bytes,
                  settings.maxKeyBytes()));
    }
  }
}
