package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;
  @Mixin private KvOptions memory;

  @Parameters(
      paramLabel = "PREFIX",
      arity = "0..1",
      defaultValue = "",
      description = "Only keys that begin with it.")
  private String prefix;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    String path = memory.path() + "?watch=true&prefix=" + Ids.inPath(prefix);
    new EventStream(mesh.client(), path, (event, data) -> show(event, data, console))
        .follow(console);
    return ExitCode.DONE;
  }

  private void show(String event, ObjectNode data, Console console) {
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
}
