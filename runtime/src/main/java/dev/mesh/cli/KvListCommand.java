package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh kv list}: the keys of a namespace. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List entries in the order of their keys.")
final class KvListCommand implements Callable<Integer> {
  private static final int PAGE = 500;
  private static final int SHOWN = 60;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;
  @Mixin private KvOptions memory;

  @Parameters(
      paramLabel = "PREFIX",
      arity = "0..1",
      defaultValue = "",
      description = "Only keys that begin with it.")
  private String prefix;

  @Option(names = "--stale", description = KvOptions.STALE)
  private boolean stale;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    MeshClient client = mesh.client();
    Table table = new Table("key", "version", "expires", "value");
    String after = "";
    do {
      JsonNode page = client.get(query(after));
      for (JsonNode entry : page.path("entries")) {
        if (mesh.json()) {
          console.print(entry);
        } else {
          table.row(
              entry.path("key").asText(),
              entry.path("version").asText(),
              TaskText.orDash(entry.path("expires")),
              value(entry));
        }
      }
      after = page.path("after").asText();
    } while (!after.isEmpty());
    if (!mesh.json()) {
      table.lines().forEach(console::print);
    }
    return ExitCode.DONE;
  }

  private String query(String after) {
    return memory.path()
        + "?limit="
        + PAGE
        + "&prefix="
        + Ids.inPath(prefix)
        + (after.isEmpty() ? "" : "&after=" + Ids.inPath(after))
        + (stale ? "&consistency=stale" : "");
  }

  /** As much of a value as fits a line. */
  static String value(JsonNode entry) {
    if (!entry.has("value")) {
      return "(" + entry.path("valueBase64").asText().length() * 3 / 4 + " bytes)";
    }
    String text = entry.path("value").asText();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
