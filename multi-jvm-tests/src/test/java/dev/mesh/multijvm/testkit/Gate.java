package dev.mesh.multijvm.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holds tasks back until the test lets them go, so that what is under way at some moment does not
 * depend on the machine's speed. A task behind it ends once the gate is open, or its folder is
 * gone: a process that outlives the peer that began it ends then too. Used by one thread.
 */
public final class Gate {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path shut;

  private Gate(Path shut) {
    this.shut = shut;
  }

  /** A gate that is shut, by a file in {@code folder}. */
  public static Gate shut(Path folder) {
    try {
      return new Gate(Files.writeString(folder.resolve("gate"), "shut", UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tasks that cannot end before the gate is open, named by a prefix and a number. */
  public List<ObjectNode> tasks(String prefix, int count) {
    ObjectNode payload = JSON.createObjectNode();
    payload
        .putArray("command")
        .add("sh")
        .add("-c")
        .add("while test -e '" + shut + "'; do sleep 0.2; done");
    return IntStream.range(0, count)
        .mapToObj(i -> MeshClient.task(prefix + "-" + i, "exec", payload.toString()))
        .toList();
  }

  /** Lets all tasks go, those that run and those that will. */
  public void open() {
    try {
      Files.delete(shut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
