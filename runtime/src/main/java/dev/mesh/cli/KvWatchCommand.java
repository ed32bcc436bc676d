package dev.mesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh kv watch}: what is there, then what happens, until no peer answers. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = "Print the entries that are there, then each change, until interrupted.")
final class KvWatchCommand implements Callable<Integer> {
  private static final String EVENT = "event: ";
  private static final String ID = "id: ";
  private static final String DATA = "data: ";

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;
  @Mixin private KvOptions memory;

  @Parameters(
      paramLabel = "PREFIX",
      arity = "0..1",
      defaultValue = "",
      description = "Only keys that begin with it.")
  private String prefix;

  private String event = "";
  private String lastId = "";

  /** A stream that ends is begun again behind what was seen; it fails once no peer gives one. */
  @Override
  public Integer call() {
    Console console = Console.of(spec);
    MeshClient client = mesh.client();
    String path = memory.path() + "?watch=true&prefix=" + Ids.inPath(prefix);
    boolean told = true;
    while (told) {
      Map<String, String> headers = lastId.isEmpty() ? Map.of() : Map.of("Last-Event-ID", lastId);
      told = false;
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(client.stream(path, headers), StandardCharsets.UTF_8))) {
        for (String line; (line = lines.readLine()) != null; ) {
          told = true;
          take(line, console);
        }
      } catch (IOException e) {
        console.say("mesh: the watch was cut (" + e.getMessage() + "); it is begun again");
      }
    }
    throw new CliException(ExitCode.NO_QUORUM, "the peer ends each watch at once; ask another");
  }

  private void take(String line, Console console) {
    if (line.startsWith(EVENT)) {
      event = line.substring(EVENT.length());
    } else if (line.startsWith(ID)) {
      lastId = line.substring(ID.length());
    } else if (line.startsWith(DATA)) {
      show(parse(line.substring(DATA.length())), console);
    }
  }

  private void show(ObjectNode data, Console console) {
    if (event.equals("error")) {
      throw new CliException(ExitCode.FAILED, data.path("message").asText());
    }
    if (mesh.json()) {
      console.print(Console.MAPPER.createObjectNode().put("event", event).setAll(data));
    } else if (data.has("version")) {
      console.print(
          event
              + " "
              + data.path("key").asText()
              + " "
              + data.path("version").asText()
              + " "
              + KvListCommand.value(data));
    } else {
      console.print((event + " " + data.path("key").asText()).strip());
    }
  }

  private static ObjectNode parse(String json) {
    try {
      JsonNode data = Console.MAPPER.readTree(json);
      if (data instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new CliException(ExitCode.FAILED, "the answer is not JSON: " + e.getOriginalMessage());
    }
    throw new CliException(ExitCode.FAILED, "the answer is not an event: " + json);
  }
}
