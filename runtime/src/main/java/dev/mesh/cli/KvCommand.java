package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh kv}: the shared memory, one key at a time. */
@Command(
    name = "kv",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(get | put | cas | delete | list | watch | usage)",
    subcommands = {KvListCommand.class, KvWatchCommand.class},
    description = {
      "Read and write the memory that the peers share: values under keys, each with a version.",
      "Exit 1 if a key is not there, or has not the version that was expected."
    })
final class KvCommand implements Runnable {
  private static final String KEY = "Any text; slashes make prefixes to list by.";
  private static final String VALUE = "The text itself, or - for what standard input holds.";
  private static final String STANDARD_INPUT = "-";
  private static final String ABSENT = "absent";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do: get, put, cas, delete, list, watch or usage");
  }

  @Command(name = "get", mixinStandardHelpOptions = true, description = "Print a value.")
  int get(
      @Mixin ClientOptions mesh,
      @Mixin KvOptions memory,
      @Option(names = "--stale", description = KvOptions.STALE) boolean stale,
      @Option(names = "--out", paramLabel = "FILE", description = "Write the bytes to a file.")
          Path out,
      @Parameters(paramLabel = "KEY", description = KEY) String key) {
    HttpResponse<byte[]> response =
        mesh.client().read(memory.path(key) + (stale ? "?consistency=stale" : ""));
    Console console = Console.of(spec);
    if (mesh.json()) {
      console.print(json(key, response));
    } else if (out != null) {
      write(out, response.body());
    } else {
      console.print(
          text(response.body())
              .orElseThrow(
                  () ->
                      new CliException(
                          ExitCode.FAILED,
                          "the value of '"
                              + key
                              + "' is not UTF-8; use --out FILE for its bytes, or --json")));
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "put",
      mixinStandardHelpOptions = true,
      description = "Put a value, whatever is there, and print its version.")
  int put(
      @Mixin ClientOptions mesh,
      @Mixin KvOptions memory,
      @Option(
              names = "--ttl",
              paramLabel = "DURATION",
              converter = Durations.class,
              description = "Remove it after this long.")
          Duration ttl,
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(paramLabel = "VALUE", description = VALUE) String value) {
    return write(mesh, memory.path(key), ttl, Map.of(), value);
  }

  @Command(
      name = "cas",
      mixinStandardHelpOptions = true,
      description = "Compare and set: put a value if the key has the version that is expected.")
  int compareAndSet(
      @Mixin ClientOptions mesh,
      @Mixin KvOptions memory,
      @Option(
              names = "--ttl",
              paramLabel = "DURATION",
              converter = Durations.class,
              description = "Remove it after this long.")
          Duration ttl,
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(
              paramLabel = "EXPECTED",
              description = "The version that 'get --json' or a write has shown, or 'absent'.")
          String expected,
      @Parameters(paramLabel = "VALUE", description = VALUE) String value) {
    Map<String, String> condition =
        expected.equals(ABSENT)
            ? Map.of("If-None-Match", "*")
            : Map.of("If-Match", "\"" + version(expected) + "\"");
    return write(mesh, memory.path(key), ttl, condition, value);
  }

  @Command(name = "delete", mixinStandardHelpOptions = true, description = "Delete a key.")
  int delete(
      @Mixin ClientOptions mesh,
      @Mixin KvOptions memory,
      @Option(
              names = "--if-version",
              paramLabel = "N",
              description = "Only if it has this version.")
          String expected,
      @Parameters(paramLabel = "KEY", description = KEY) String key) {
    Map<String, String> condition =
        expected == null ? Map.of() : Map.of("If-Match", "\"" + version(expected) + "\"");
    mesh.client().write("DELETE", memory.path(key), condition, new byte[0]);
    Console console = Console.of(spec);
    if (mesh.json()) {
      console.print(Console.MAPPER.createObjectNode().put("key", key).put("deleted", true));
    } else {
      console.print("deleted " + key);
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "usage",
      mixinStandardHelpOptions = true,
      description = "Say how full the group is that keeps the namespace; it may keep others, too.")
  int usage(@Mixin ClientOptions mesh, @Mixin KvOptions memory) {
    JsonNode usage = mesh.client().get(memory.path() + "?usage=true");
    Console console = Console.of(spec);
    if (mesh.json()) {
      console.print(usage);
    } else {
      Table table = new Table("group", "keys", "of", "bytes", "of");
      table.row(
          usage.path("group").asText(),
          usage.path("keys").asText(),
          usage.path("maxKeys").asText(),
          usage.path("bytes").asText(),
          usage.path("maxBytes").asText());
      table.lines().forEach(console::print);
    }
    return ExitCode.DONE;
  }

  private int write(
      ClientOptions mesh, String path, Duration ttl, Map<String, String> condition, String value) {
    HttpResponse<byte[]> response =
        mesh.client()
            .write("PUT", path + (ttl == null ? "" : "?ttl=" + ttl), condition, content(value));
    long version = version(response);
    Console console = Console.of(spec);
    if (mesh.json()) {
      console.print(Console.MAPPER.createObjectNode().put("version", version));
    } else {
      console.print(Long.toString(version));
    }
    return ExitCode.DONE;
  }

  private static byte[] content(String value) {
    if (!value.equals(STANDARD_INPUT)) {
      return value.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return System.in.readAllBytes();
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "standard input cannot be read: " + e);
    }
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "--out '" + file + "' cannot be written: " + e);
    }
  }

  private static ObjectNode json(String key, HttpResponse<byte[]> response) {
    ObjectNode json =
        Console.MAPPER.createObjectNode().put("key", key).put("version", version(response));
    response.headers().firstValue("Mesh-Expires").ifPresent(at -> json.put("expires", at));
    text(response.body())
        .ifPresentOrElse(
            text -> json.put("value", text),
            () -> json.put("valueBase64", Base64.getEncoder().encodeToString(response.body())));
    response.headers().firstValue("Mesh-Stale").ifPresent(stale -> json.put("stale", true));
    return json;
  }

  private static Optional<String> text(byte[] value) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static long version(HttpResponse<byte[]> response) {
    return version(response.headers().firstValue("ETag").orElse("").replace("\"", ""));
  }

  private static long version(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw CliException.wrongUsage("'" + text + "' is no version: give a number, or 'absent'");
    }
  }
}
