package dev.mesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command speaks: results to standard output, everything else to standard error. Whole
 * lines are written at once, so several threads may speak.
 */
public final class Console {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String ERASE_LINE = "\r\u001b[2K";
  private static final String TERMINALS = System.getProperty("mesh.terminals", "");

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean live;
  private String status = "";

  private Console(PrintWriter out, PrintWriter err, boolean live) {
    this.out = out;
    this.err = err;
    this.live = live;
  }

  static Console of(CommandSpec spec) {
    CommandLine command = spec.commandLine();
    return new Console(command.getOut(), command.getErr(), isTerminal(2));
  }

  /** Whether the launcher found a terminal at this file descriptor. */
  static boolean isTerminal(int descriptor) {
    return TERMINALS.indexOf('0' + descriptor) >= 0;
  }

  /** Colours on a terminal alone, and not where {@code NO_COLOR} is set. */
  static Ansi ansi() {
    return isTerminal(1) && System.getenv("NO_COLOR") == null ? Ansi.ON : Ansi.OFF;
  }

  /** Whether there is a terminal to draw a line on that changes. */
  boolean live() {
    return live;
  }

  /** A line of the result. */
  synchronized void print(String line) {
    erase();
    out.println(line);
    out.flush();
    redraw();
  }

  /** A line of the result, as JSON. */
  void print(JsonNode json) {
    try {
      print(MAPPER.writeValueAsString(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /** A line beside the result: what goes on, or what is wrong. */
  synchronized void say(String line) {
    erase();
    err.println(line);
    err.flush();
    redraw();
  }

  /** Replaces the one line at the bottom that shows progress; an empty one removes it. */
  synchronized void status(String line) {
    if (live) {
      erase();
      status = line;
      redraw();
    }
  }

  private void erase() {
    if (live && !status.isEmpty()) {
      err.print(ERASE_LINE);
      err.flush();
    }
  }

  private void redraw() {
    if (live && !status.isEmpty()) {
      err.print(status);
      err.flush();
    }
  }
}
