package dev.mesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What {@code mesh run} makes tasks of, read as it is needed. Not thread-safe. */
final class Inputs implements AutoCloseable {
  private static final String PLACE = "{}";
  private static final String WILD = "*?[{";

  private final Stream<String> inputs;
  private final Function<String, ObjectNode> task;

  private Inputs(Stream<String> inputs, Function<String, ObjectNode> task) {
    this.inputs = inputs;
    this.task = task;
  }

  /** The command for each line of standard input that is not blank. */
  static Inputs commandForEachLine(List<String> command) {
    if (Console.isTerminal(0)) {
      throw CliException.wrongUsage(
          "there is no input: pipe lines in, as in 'ls | mesh run -- CMD {}', or use --each GLOB");
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    return new Inputs(lines.lines().filter(line -> !line.isBlank()), line -> exec(command, line));
  }

  /** The command for each regular file that matches, by its absolute path, in order. */
  static Inputs commandForEachFile(List<String> command, String glob) {
    List<String> files = match(glob);
    if (files.isEmpty()) {
      throw CliException.wrongUsage("--each '" + glob + "' matches no file");
    }
    return new Inputs(files.stream(), file -> exec(command, file));
  }

  /** The tasks that are the lines of a file, all checked first; {@code -} is standard input. */
  @SuppressWarnings("StreamResourceLeak") // what is returned is closed by close()
  static Inputs file(String name) {
    if (name.equals("-")) {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      return tasks(lines.lines(), "standard input");
    }
    try {
      try (Inputs first = tasks(Files.lines(Path.of(name)), name)) {
        first.tasks(UnaryOperator.identity()).forEachRemaining(task -> {});
      }
      return tasks(Files.lines(Path.of(name)), name);
    } catch (NoSuchFileException e) {
      throw CliException.wrongUsage("there is no file '" + name + "'");
    } catch (IOException | UncheckedIOException e) {
      throw CliException.wrongUsage("'" + name + "' cannot be read: " + e);
    }
  }

  private static Inputs tasks(Stream<String> lines, String name) {
    AtomicLong number = new AtomicLong();
    return new Inputs(
        lines.peek(line -> number.incrementAndGet()).filter(line -> !line.isBlank()),
        line -> parse(line, name + ":" + number));
  }

  /** The tasks, each with an id and changed by {@code adorn}. */
  Iterator<ObjectNode> tasks(UnaryOperator<ObjectNode> adorn) {
    return inputs.map(task).map(adorn).map(Inputs::withId).iterator();
  }

  @Override
  public void close() {
    inputs.close();
  }

  private static ObjectNode withId(ObjectNode task) {
    return task.hasNonNull("id") ? task : task.put("id", UUID.randomUUID().toString());
  }

  private static ObjectNode exec(List<String> command, String input) {
    ObjectNode task = Console.MAPPER.createObjectNode().put("kind", "exec");
    ArrayNode words = task.putObject("payload").putArray("command");
    boolean placed = false;
    for (String word : command) {
      placed |= word.contains(PLACE);
      words.add(word.replace(PLACE, input));
    }
    if (!placed) {
      words.add(input);
    }
    return task;
  }

  private static ObjectNode parse(String line, String where) {
    try {
      JsonNode json = Console.MAPPER.readTree(line);
      if (json instanceof ObjectNode task) {
        return task;
      }
      throw CliException.wrongUsage(where + ": a task is a JSON object, not " + line.strip());
    } catch (JsonProcessingException e) {
      throw CliException.wrongUsage(where + ": this is not JSON: " + e.getOriginalMessage());
    }
  }

  private static List<String> match(String glob) {
    int wild = 0;
    while (wild < glob.length() && WILD.indexOf(glob.charAt(wild)) < 0) {
      wild++;
    }
    String head = glob.substring(0, glob.lastIndexOf('/', Math.max(wild - 1, 0)) + 1);
    Path root = Path.of(head.isEmpty() ? "." : head).toAbsolutePath().normalize();
    String pattern =
        (root.toString().equals("/") ? "" : root) + "/" + glob.substring(head.length());
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> matcher.matches(file) && Files.isRegularFile(file))
          .map(Path::toString)
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw CliException.wrongUsage("--each '" + glob + "': " + root + " cannot be read: " + e);
    }
  }
}
