package dev.mesh.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mesh bench}: measures parts of the mesh on this machine, each run on fresh data. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure a part of the mesh on this machine: one line of figures.",
    synopsisSubcommandLabel = "(journal | raft | tasks | gossip)",
    subcommands = {
      BenchJournalCommand.class,
      BenchRaftCommand.class,
      BenchTasksCommand.class,
      BenchGossipCommand.class,
      BenchPeerCommand.class
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name what to measure: journal, raft, tasks or gossip");
  }
}
