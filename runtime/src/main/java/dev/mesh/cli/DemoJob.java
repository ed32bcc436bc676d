package dev.mesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The demo's work: two tasks for every regular, readable file below a folder, one that digests it
 * and one that counts its words; and the check of what came of them. Immutable.
 */
final class DemoJob {
  private static final Set<String> SKIPPED = Set.of("target", ".git");

  private final List<Path> files;

  private DemoJob(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Looks for the files; folders named {@code target} or {@code .git} are passed over, links are
   * not followed.
   *
   * @throws CliException if {@code folder} is none, or has no files
   */
  static DemoJob of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw CliException.wrongUsage("--dir '" + folder + "' is no folder");
    }
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(folder.toAbsolutePath().normalize(), new Collector(files));
    } catch (IOException e) {
      throw CliException.wrongUsage("--dir '" + folder + "' cannot be read: " + e);
    }
    if (files.isEmpty()) {
      throw CliException.wrongUsage("--dir '" + folder + "' has no files to work on");
    }
    files.sort(null);
    return new DemoJob(files);
  }

  int files() {
    return files.size();
  }

  int size() {
    return 2 * files.size();
  }

  /** The tasks, with ids that say which file and which kind. */
  Iterator<ObjectNode> tasks() {
    return IntStream.range(0, files.size())
        .boxed()
        .flatMap(
            i -> List.of(task(digestId(i), "sha256", i), task(countId(i), "wordcount", i)).stream())
        .iterator();
  }

  private ObjectNode task(String id, String kind, int file) {
    ObjectNode task = Console.MAPPER.createObjectNode().put("id", id).put("kind", kind);
    task.putObject("payload").put("file", files.get(file).toString());
    return task;
  }

  private static String digestId(int file) {
    return "sha256-" + file;
  }

  private static String countId(int file) {
    return "wordcount-" + file;
  }

  /**
   * Counts every file anew, on this thread, and compares; a task without a result is no difference.
   *
   * @param results by the ids of the tasks that completed
   * @return a line for each result that is wrong
   */
  List<String> differences(Map<String, String> results) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      String digest = results.get(digestId(i));
      String count = results.get(countId(i));
      if (digest == null && count == null) {
        continue;
      }
      try {
        PlainCount plain = PlainCount.of(files.get(i));
        if (digest != null && !digest.equals(plain.sha256())) {
          differences.add(files.get(i) + ": sha256 " + digest + ", not " + plain.sha256());
        }
        if (count != null && !agrees(count, plain)) {
          differences.add(files.get(i) + ": wordcount " + count + ", not " + plain);
        }
      } catch (IOException e) {
        differences.add(files.get(i) + " can no longer be read: " + e);
      }
    }
    return differences;
  }

  private static boolean agrees(String result, PlainCount plain) {
    try {
      JsonNode counted = Console.MAPPER.readTree(result);
      return counted.path("lines").asLong(-1) == plain.lines()
          && counted.path("words").asLong(-1) == plain.words()
          && counted.path("bytes").asLong(-1) == plain.bytes();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Gathers files; what cannot be read is passed over. */
  private static final class Collector extends SimpleFileVisitor<Path> {
    private final List<Path> files;

    Collector(List<Path> files) {
      this.files = files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      Path name = folder.getFileName();
      return name != null && SKIPPED.contains(name.toString())
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile() && Files.isReadable(file)) {
        files.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }
}
