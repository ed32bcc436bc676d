package dev.mesh.cli;

import dev.mesh.http.FakePeer;
import dev.mesh.protocols.Bytes;
import dev.mesh.task.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** A process that takes the options of {@code mesh up} and does the demo's tasks at once. */
final class FakePeerMain {
  private FakePeerMain() {}

  public static void main(String[] args) throws InterruptedException {
    List<String> options = List.of(args);
    int port = Integer.parseInt(options.get(options.indexOf("--http") + 1));
    boolean wrong = Boolean.getBoolean("fake.wrong");
    FakePeer.start(
        port,
        Map.of(
            "sha256",
            count(plain -> wrong ? "wrong" : plain.sha256()),
            "wordcount",
            count(
                plain ->
                    "{\"lines\":%d,\"words\":%d,\"bytes\":%d}"
                        .formatted(plain.lines(), plain.words(), plain.bytes()))));
    new CountDownLatch(1).await();
  }

  private static Function<Task, Bytes> count(Function<PlainCount, String> result) {
    return task -> {
      try {
        String file = Console.MAPPER.readTree(task.payload().asUtf8()).path("file").asText();
        return Bytes.utf8(result.apply(PlainCount.of(Path.of(file))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
