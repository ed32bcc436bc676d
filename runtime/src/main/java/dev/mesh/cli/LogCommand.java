package dev.mesh.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mesh log}: looks at what a peer has on disk. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = "Look at what a peer has on disk.",
    synopsisSubcommandLabel = "inspect",
    subcommands = LogInspectCommand.class)
final class LogCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: inspect");
  }
}
