package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.replicated.GroupInspection;
import dev.mesh.persistence.replicated.LogInspector;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.replication.StoredForms;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mesh log inspect}: prints and checks the Raft logs in a stopped peer's folder. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Print and check the Raft logs in the data folder of a peer that does not run. Nothing in the"
          + " folder is changed.",
      "Exit 0 if the peer can start with it, 1 if something does not fit."
    })
final class LogInspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "The folder that the peer was started with.")
  private Path data;

  @Option(names = "--group", paramLabel = "N", description = "Only this group.")
  private Integer group;

  @Option(names = "--entries", description = "The entries, too, one a line.")
  private boolean entries;

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      defaultValue = "1",
      description = "With --entries: from this index on (the first).")
  private long from;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "With --entries: so many of each group at most (1000).")
  private int limit;

  @Option(names = "--json", description = "One JSON object, after one for each entry.")
  private boolean json;

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + " is less than 1");
    }
    StoreSettings settings = StoreSettings.of(ConfigFactory.load());
    try (LogInspector inspector = LogInspector.open(data, settings, StoredForms.HERE)) {
      return inspect(inspector);
    } catch (StoreException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage());
    }
  }

  private int inspect(LogInspector inspector) {
    Console console = Console.of(spec);
    ObjectNode folder = LogText.folder(inspector);
    if (!json) {
      LogText.lines(folder).forEach(console::print);
    }
    int problems = 0;
    for (GroupId each : chosen(inspector)) {
      GroupInspection found = inspector.inspect(each);
      problems += found.problems().size();
      if (!json) {
        LogText.lines(found).forEach(console::print);
      }
      if (entries) {
        printEntries(console, found);
      }
      folder.withArray("groups").add(LogText.json(found));
    }
    if (json) {
      console.print(folder.put("problems", problems));
    } else {
      console.print(problems == 0 ? "everything fits" : "problems: " + problems);
    }
    return problems == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }

  private List<GroupId> chosen(LogInspector inspector) {
    List<GroupId> all = inspector.groups();
    if (group == null) {
      return all;
    }
    return all.stream()
        .filter(each -> each.value() == group)
        .findFirst()
        .map(List::of)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--group "
                        + group
                        + " is not in "
                        + inspector.folder()
                        + ", which has "
                        + all));
  }

  private void printEntries(Console console, GroupInspection found) {
    found.entries().stream()
        .filter(entry -> entry.index() >= from)
        .limit(limit)
        .forEach(entry -> printEntry(console, found.group(), entry));
  }

  private void printEntry(Console console, GroupId of, Entry entry) {
    ObjectNode line = LogText.json(of, entry);
    if (json) {
      console.print(line);
    } else {
      console.print(LogText.line(line));
    }
  }
}
