package dev.mesh.cli;

import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Collectors;

/** Shows how far the demo is: a bar on a terminal, a line every two seconds elsewhere. */
final class DemoProgress implements AutoCloseable {
  private static final int BAR = 30;
  private static final long REDRAW_MILLIS = 100;
  private static final long LINE_MILLIS = 2_000;

  private final Console console;
  private final int tasks;
  private final DemoTally tally;
  private final Timer clock = new Timer("demo-progress", true);

  DemoProgress(Console console, int tasks, DemoTally tally) {
    this.console = console;
    this.tasks = tasks;
    this.tally = tally;
  }

  void start() {
    long interval = console.live() ? REDRAW_MILLIS : LINE_MILLIS;
    clock.schedule(
        new TimerTask() {
          @Override
          public void run() {
            show();
          }
        },
        interval,
        interval);
  }

  private void show() {
    int done = tally.completed() + tally.failed();
    String shares =
        tally.shares().entrySet().stream()
            .map(share -> share.getKey() + " " + share.getValue())
            .collect(Collectors.joining(", "));
    if (console.live()) {
      int full = BAR * done / tasks;
      console.status(
          "["
              + "#".repeat(full)
              + "-".repeat(BAR - full)
              + "] "
              + done
              + "/"
              + tasks
              + "  "
              + shares);
    } else {
      console.say(done + " of " + tasks + " done" + (shares.isEmpty() ? "" : "; " + shares));
    }
  }

  @Override
  public void close() {
    clock.cancel();
    console.status("");
  }
}
