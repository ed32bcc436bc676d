package dev.mesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code mesh}: what commands there are, and how their failures end the process. */
@Command(
    name = "mesh",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Equal peers that share out work and lose none of it.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Environment: MESH_URL (a peer's HTTP address, or several with commas between), MESH_TOKEN,"
          + " MESH_JAVA_OPTS.",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no quorum or no peer reachable, 4 timed out,"
          + " 5 some tasks failed."
    },
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      RunCommand.class,
      SubmitCommand.class,
      TaskCommand.class,
      TasksCommand.class,
      CancelCommand.class,
      KvCommand.class,
      PeersCommand.class,
      EventsCommand.class,
      StatusCommand.class,
      ConsensusCommand.class,
      LogCommand.class,
      BenchCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    int exitCode =
        execute(
            new PrintWriter(System.out, true, UTF_8),
            new PrintWriter(System.err, true, UTF_8),
            args);
    System.exit(exitCode);
  }

  /** Runs one command in this process and gives its exit code. */
  public static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExpandAtFiles(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(Console.ansi()))
        .setParameterExceptionHandler(Main::wrongUsage)
        .setExecutionExceptionHandler(Main::failed);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("mesh: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.WRONG_USAGE;
  }

  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parseResult) {
    boolean expected = e instanceof CliException;
    command.getErr().println("mesh: " + (expected ? e.getMessage() : e.toString()));
    return e instanceof CliException known ? known.exitCode() : ExitCode.FAILED;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"mesh " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
