package dev.mesh.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.mesh.Mesh;
import dev.mesh.memory.Change.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shared memory of a mesh of one peer, as an application uses it. */
class MemoryTest {
  @TempDir static Path folder;

  private static ActorSystem<Void> system;
  private static Mesh mesh;

  @BeforeAll
  static void start() {
    Config config =
        ConfigFactory.parseString(
                """
                pekko.actor.provider = cluster
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.remote.artery.advanced.maximum-frame-size = 1 MiB
                mesh { manage-cluster = on, expect = 1 }
                mesh.memory { max-page-bytes = 1024, max-bytes = 1 MiB, max-watches = 2, expiry-interval = 100ms }
                """)
            .withFallback(ConfigFactory.parseString("mesh.data-dir = \"" + folder + "\""))
            .withFallback(ConfigFactory.load());
    system = ActorSystem.create(Behaviors.empty(), "app", config);
    mesh = Mesh.get(system);
    mesh.ready().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  @AfterAll
  static void stop() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static <E extends MemoryException> E refused(Class<E> kind, CompletionStage<?> stage) {
    return assertInstanceOf(
        kind, assertThrows(CompletionException.class, () -> join(stage)).getCause());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void valuesArePutReadComparedAndDeleted() {
    Memory config = mesh.memory("config");
    long first = join(config.put("k", bytes("a")));
    assertEquals("a", join(config.get("k")).orElseThrow().value().asUtf8());
    long second = join(config.compareAndSet("k", first, bytes("b")));
    assertTrue(second > first);
    MismatchException mismatch =
        refused(MismatchException.class, config.compareAndSet("k", first, bytes("c")));
    assertEquals(second, mismatch.current());
    refused(MismatchException.class, config.compareAndSet("k", Memory.ABSENT, bytes("c")));
    assertEquals(Optional.empty(), join(mesh.memory("other").get("k")));
    assertTrue(join(config.delete("k", second)));
    assertFalse(join(config.delete("k")));
    assertEquals(
        Memory.ABSENT, refused(MismatchException.class, config.delete("k", second)).current());
    assertEquals(Optional.empty(), join(config.get("k", Consistency.STALE)));
  }

  @Test
  void whatHasATimeToLiveIsRemovedByTheMesh() {
    Memory leases = mesh.memory("leases");
    join(leases.put("short", bytes("x"), Duration.ofMillis(50)));
    join(leases.put("long", bytes("x"), Duration.ofHours(1)));
    Awaitility.await().until(() -> join(leases.get("short")).isEmpty());
    assertTrue(join(leases.get("long")).orElseThrow().expires().isPresent());
  }

  @Test
  void aListingGoesOnAfterItsPage() {
    Memory memory = mesh.memory("listed");
    IntStream.range(0, 5).forEach(i -> join(memory.put("k" + i, new byte[400])));
    Listing first = join(memory.list(Listing.Query.of("k")));
    assertTrue(first.more());
    assertEquals(2, first.entries().size());
    Listing rest = join(memory.list(new Listing.Query("k", "k2", 100, Consistency.LINEARIZABLE)));
    assertEquals(List.of("k3", "k4"), rest.entries().stream().map(Listing.Keyed::key).toList());
  }

  @Test
  void aWatchTellsWhatIsThereThenWhatHappensAndCanGoOn() {
    Memory memory = mesh.memory("watched");
    join(memory.put("a", new byte[700]));
    join(memory.put("b", new byte[700]));
    SinkQueueWithCancel<Change> watch = memory.watch("").runWith(Sink.queue(), system);
    assertEquals("a", next(watch, Kind.PUT).key());
    assertEquals("b", next(watch, Kind.PUT).key());
    long ready = next(watch, Kind.READY).revision().orElseThrow();
    join(memory.put("c", bytes("now")));
    Change change = next(watch, Kind.PUT);
    assertEquals("now", change.entry().orElseThrow().value().asUtf8());
    join(memory.delete("a"));
    assertEquals("a", next(watch, Kind.DELETE).key());
    watch.cancel();
    SinkQueueWithCancel<Change> again =
        memory.watch("", Optional.of(ready)).runWith(Sink.queue(), system);
    assertEquals(change, next(again, Kind.PUT));
    assertEquals("a", next(again, Kind.DELETE).key());
    again.cancel();
  }

  private static Change next(SinkQueueWithCancel<Change> watch, Kind kind) {
    Change change = join(watch.pull()).orElseThrow();
    assertEquals(kind, change.kind());
    return change;
  }

  @Test
  void watchesAreCountedAndTooManyRefused() {
    Memory memory = mesh.memory("counted");
    var one = memory.watch("").runWith(Sink.queue(), system);
    var two = memory.watch("").runWith(Sink.queue(), system);
    next(one, Kind.READY);
    next(two, Kind.READY);
    MemoryException refusal =
        refused(MemoryException.class, memory.watch("").runWith(Sink.head(), system));
    assertEquals(MemoryException.Code.TOO_MUCH, refusal.code());
    one.cancel();
    two.cancel();
    Awaitility.await()
        .until(
            () ->
                memory
                    .watch("")
                    .runWith(Sink.head(), system)
                    .handle((change, failure) -> failure == null)
                    .toCompletableFuture()
                    .join());
  }

  @Test
  void whatIsOutOfBoundsIsNamedWithTheSetting() {
    Memory memory = mesh.memory("bounds");
    MemoryException value =
        refused(MemoryException.class, memory.put("k", new byte[256 * 1024 + 1]));
    assertEquals(MemoryException.Code.TOO_LARGE, value.code());
    assertTrue(value.getMessage().contains("mesh.memory.max-value-bytes"), value.getMessage());
    assertTrue(join(memory.put("k", new byte[256 * 1024])) > 0);
    assertEquals(256 * 1024, join(memory.get("k")).orElseThrow().value().length());
    assertEquals(
        MemoryException.Code.TOO_LARGE,
        refused(MemoryException.class, memory.get("ü".repeat(600))).code());
    assertEquals(
        MemoryException.Code.INVALID, refused(MemoryException.class, memory.delete("")).code());
    assertEquals(
        MemoryException.Code.INVALID,
        refused(MemoryException.class, memory.put("\ud800", bytes("x"))).code());
    assertThrows(MemoryException.class, () -> mesh.memory(""));
  }

  @Test
  void whatAGroupHasNoRoomForIsRefusedAndRoomCanBeMade() {
    Memory memory = mesh.memory("full");
    byte[] large = new byte[200 * 1024];
    IntStream.range(0, 5).forEach(i -> join(memory.put("k" + i, large)));
    MemoryException refusal = refused(MemoryException.class, memory.put("k5", large));
    assertEquals(MemoryException.Code.FULL, refusal.code());
    assertTrue(refusal.outcomeKnown());
    Usage usage = join(memory.usage());
    assertEquals(5L * (200 * 1024 + "full".length() + "k0".length()), usage.bytes());
    assertEquals(5, usage.keys());
    assertEquals(1 << 20, usage.maxBytes());
    assertTrue(
        refusal.getMessage().contains("mesh.memory.max-bytes = 1048576"), refusal.getMessage());
    join(memory.put("k4", large));
    join(memory.delete("k0"));
    join(memory.put("k5", large));
    IntStream.range(0, 6).forEach(i -> join(memory.delete("k" + i)));
  }

  @Test
  void valuesThatNoCommandCarriesAreRefusedAtStart() {
    Config config =
        ConfigFactory.parseString("mesh.memory.max-value-bytes = 512 KiB")
            .withFallback(ConfigFactory.load());
    ConfigException refusal = assertThrows(ConfigException.class, () -> MemorySettings.of(config));
    assertTrue(refusal.getMessage().contains("max-command-bytes"), refusal.getMessage());
  }
}
