package dev.mesh.cli;

import dev.mesh.Mesh;
import dev.mesh.node.MeshNode;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreExtension;
import dev.mesh.replicated.Replicated;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A peer of {@code mesh bench raft}: as {@code mesh up}, and it replicates a counter as an
 * embedding application would, with a {@link BenchFront} for the client.
 */
@Command(name = "raft-peer", hidden = true, description = "A peer for mesh bench raft.")
final class BenchPeerCommand extends UpCommand {
  private static final String GROUP = "bench";

  @Option(
      names = "--fronts",
      required = true,
      paramLabel = "DIR",
      description = "Where the port of its front is noted, under the peer's name.")
  private Path fronts;

  @Override
  void started(MeshNode node) {
    Mesh mesh = node.mesh().orElseThrow();
    Store store = StoreExtension.get(mesh.system()).store();
    mesh.ready()
        .thenCompose(ready -> ready.replicate(GROUP, BenchCounter::new))
        .whenComplete(
            (counter, failure) -> {
              if (failure == null) {
                note(new BenchFront(counter, () -> store.stats().syncs()), counter);
              } else {
                Console.of(spec()).say("mesh: the bench's group cannot be had: " + failure);
              }
            });
  }

  /** In one step, so that whoever waits for the file never reads half of it. */
  private void note(BenchFront front, Replicated counter) {
    try {
      Path written = fronts.resolve(name() + ".new");
      Files.writeString(written, Integer.toString(front.port()));
      Files.move(written, fronts.resolve(name()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the port of " + counter.name() + " cannot be noted", e);
    }
  }
}
