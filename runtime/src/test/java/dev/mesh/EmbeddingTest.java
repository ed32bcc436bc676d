package dev.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.mesh.task.Task;
import dev.mesh.task.TaskResult;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh inside an application's actor system, as the README shows it. */
class EmbeddingTest {
  @TempDir Path folder;

  @Test
  void anApplicationGivesTheMeshItsOwnKindOfTask() {
    Config config =
        ConfigFactory.parseString(
                """
                pekko.actor.provider = cluster
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.remote.artery.advanced.maximum-frame-size = 1 MiB
                mesh { manage-cluster = on, expect = 1 }
                """)
            .withFallback(ConfigFactory.parseString("mesh.data-dir = \"" + folder + "\""))
            .withFallback(ConfigFactory.load());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "app", config);
    try {
      Mesh mesh = Mesh.get(system);
      mesh.ready().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
      mesh.tasks()
          .handle(
              "shout",
              context -> {
                String text = new String(context.payload(), UTF_8);
                return completedFuture(text.toUpperCase(Locale.ROOT).getBytes(UTF_8));
              });
      TaskResult result =
          mesh.tasks()
              .submit(Task.of("shout").payload("hello").build())
              .toCompletableFuture()
              .orTimeout(30, TimeUnit.SECONDS)
              .join();
      assertEquals("HELLO", result.value().asUtf8());
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  @Test
  void aTransportThatCannotCarryTheMeshsMessagesIsRefusedAtStart() {
    Config config =
        ConfigFactory.parseString("pekko.remote.artery.advanced.maximum-frame-size = 256 KiB")
            .withFallback(ConfigFactory.load());
    ConfigException refusal =
        assertThrows(
            ConfigException.class,
            () -> Transport.check(config, MeshSettings.of(config).replication()));
    assertTrue(refusal.getMessage().contains("maximum-frame-size"), refusal.getMessage());
  }
}
