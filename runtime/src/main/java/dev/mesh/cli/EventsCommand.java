package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mesh events}: what a peer has noticed of the mesh. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = {
      "Print what the peer that is asked has noticed lately: who is suspected and by whom, who has"
          + " failed, who leads, and what the peer itself could do."
    })
final class EventsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what happens, until interrupted.")
  private boolean follow;

  @Option(
      names = "--after",
      paramLabel = "ID",
      description = "Only events after the one with this id (all that the peer has kept).")
  private Long after;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    String path = "/v1/events?follow=" + follow + (after == null ? "" : "&after=" + after);
    EventStream stream =
        new EventStream(mesh.client(), path, (event, data) -> show(event, data, console));
    if (follow) {
      stream.follow(console);
    }
    try {
      stream.read();
      return ExitCode.DONE;
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "the answer was cut: " + e.getMessage());
    }
  }

  private void show(String event, ObjectNode data, Console console) {
    if (mesh.json()) {
      console.print(data);
    } else if (event.equals("missed")) {
      console.print(data.path("missed").asText() + " events are forgotten by now");
    } else {
      Instant time = Instant.parse(data.path("time").asText());
      console.print(TIME.format(time) + "  " + data.path("text").asText());
    }
  }
}
