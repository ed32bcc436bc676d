package dev.mesh.replicated;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.Mesh;
import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.protocols.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application's own state machine in a mesh of one peer. */
class ReplicatedTest {

  /** A text that commands are appended to. */
  private static final class Text implements ReplicatedMachine {
    private final StringBuilder text = new StringBuilder();

    @Override
    public Bytes apply(Bytes command) {
      text.append(command.asUtf8());
      return Bytes.utf8("" + text.length());
    }

    @Override
    public Bytes query(Bytes query) {
      int length = Integer.parseInt(query.asUtf8());
      return Bytes.utf8(text.substring(text.length() - length));
    }

    @Override
    public void writeSnapshot(OutputStream out) throws IOException {
      out.write(text.toString().getBytes(UTF_8));
    }

    @Override
    public void readSnapshot(InputStream in) throws IOException {
      text.setLength(0);
      text.append(new String(in.readAllBytes(), UTF_8));
    }
  }

  @TempDir Path folder;

  private void withMesh(Consumer<Mesh> work) {
    Config config =
        ConfigFactory.parseString(
                """
                pekko.loglevel = WARNING
                pekko.actor.provider = cluster
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.remote.artery.advanced.maximum-frame-size = 1 MiB
                mesh { manage-cluster = on, expect = 1 }
                mesh.replication { groups = 1, log-bytes-in-heap = 1 MiB }
                """)
            .withFallback(ConfigFactory.parseString("mesh.data-dir = \"" + folder + "\""))
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
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Test
  void aMachineIsReplicatedAskedAndThereAfterARestart() {
    String line = "0123456789".repeat(1000);
    int lines = 300;
    withMesh(
        mesh -> {
          Replicated text = result(mesh.replicate("text", Text::new));
          assertEquals("5", result(text.propose(Bytes.utf8("hello"))).asUtf8());
          assertEquals("llo", result(text.read(Bytes.utf8("3"))).asUtf8());
          assertEquals("o", result(text.readStale(Bytes.utf8("1"))).asUtf8());
          assertTrue(text.isLeader());
          assertEquals(Optional.of(mesh.self()), text.leader());
          for (int i = 0; i < lines; i++) {
            result(text.propose(Bytes.utf8(line))); // enough for the log to be compacted
          }
          result(text.propose(Bytes.utf8("end")));
        });
    withMesh(
        mesh -> {
          Replicated text = result(mesh.replicate("text", Text::new));
          assertEquals("9end", result(text.read(Bytes.utf8("4"))).asUtf8());
          int length = "hello".length() + lines * line.length() + "end".length();
          assertEquals("" + (length + 1), result(text.propose(Bytes.utf8("."))).asUtf8());
        });
  }

  @Test
  void whatCannotBeIsRefused() {
    withMesh(
        mesh -> {
          Replicated text = result(mesh.replicate("text", Text::new));
          assertThrows(IllegalArgumentException.class, () -> mesh.replicate("text", Text::new));
          CompletionException badName =
              assertThrows(
                  CompletionException.class, () -> result(mesh.replicate("no name", Text::new)));
          assertInstanceOf(IllegalArgumentException.class, badName.getCause());
          assertTrue(badName.getMessage().contains("'no name'"), badName.getMessage());
          CompletionException badQuery =
              assertThrows(CompletionException.class, () -> result(text.read(Bytes.utf8("x"))));
          assertTrue(badQuery.getMessage().contains("cannot answer"), badQuery.getMessage());
        });
  }
}
