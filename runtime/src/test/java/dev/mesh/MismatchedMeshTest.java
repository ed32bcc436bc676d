package dev.mesh;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers that are fixed when a mesh is founded, and a peer that is configured otherwise. */
class MismatchedMeshTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private void withMesh(String numbers, Consumer<Mesh> work) {
    Config config =
        ConfigFactory.parseString(numbers)
            .withFallback(ConfigFactory.parseString("mesh.data-dir = \"" + folder + "\""))
            .withFallback(
                ConfigFactory.parseString(
                    """
                    pekko.loglevel = OFF
                    pekko.actor.provider = cluster
                    pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                    pekko.remote.artery.advanced.maximum-frame-size = 1 MiB
                    mesh { manage-cluster = on, expect = 1 }
                    mesh { replication.groups = 2, tasks.ledgers = 3 }
                    """))
            .withFallback(ConfigFactory.load());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "app", config);
    try {
      work.accept(Mesh.get(system));
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  private static <T> T result(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void assertFails(String numbers, String message) {
    withMesh(
        numbers,
        mesh -> {
          Throwable failure = result(mesh.failed());
          assertInstanceOf(IllegalStateException.class, failure);
          assertEquals(message, failure.getMessage());
        });
  }

  @Test
  void aPeerWithOtherNumbersThanItsMeshFailsAndSaysWhatToSet() {
    withMesh(
        "", mesh -> await().atMost(PATIENCE).until(() -> mesh.state().directory().isFounded()));
    assertFails(
        "mesh.replication.groups = 4",
        "mesh.replication.groups = 4 at this peer, but the mesh was founded with 2; set it to 2");
    assertFails(
        "mesh.tasks.ledgers = 5",
        "mesh.tasks.ledgers = 5 at this peer, but the mesh was founded with 3; set it to 3");
  }
}
