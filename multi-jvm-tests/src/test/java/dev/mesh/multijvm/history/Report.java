package dev.mesh.multijvm.history;

import java.util.Comparator;
import java.util.List;

/** Says for people what is wrong with a history: the answer nobody can explain, and its company. */
final class Report {
  /** How many operations before the bad one are shown. */
  private static final int BEFORE = 12;

  /** How many of those around it are shown. */
  private static final int AROUND = 40;

  private static final double NANOS = 1e9;

  private final StringBuilder text = new StringBuilder();
  private final long begin;

  private Report(Operation unexplained, List<Operation> history) {
    this.begin = history.stream().mapToLong(Operation::called).min().orElseThrow();
    line(
        "not linearizable: key '%s' with %,d operations; times in seconds from its first call"
            .formatted(unexplained.call().key(), history.size()));
    line("the answer that no order explains:");
    show(unexplained);
    List<Operation> around =
        history.stream()
            .filter(operation -> !operation.equals(unexplained))
            .filter(operation -> operation.called() <= unexplained.returned())
            .filter(
                operation -> operation.isUnknown() || operation.returned() >= unexplained.called())
            .sorted(Comparator.comparing(Operation::called))
            .toList();
    section("under way at the same time, or of unknown outcome until then:", around, AROUND);
  }

  /** A report without an order of what came before. */
  static String of(Operation unexplained, List<Operation> history) {
    return new Report(unexplained, history).text.toString();
  }

  /**
   * A report with one order of what came before, of which there may be more.
   *
   * @param state what that order leads to
   */
  static String of(
      Operation unexplained, List<Operation> history, List<Operation> before, Object state) {
    Report report = new Report(unexplained, history);
    report.section(
        "what came before it ends like this, in an order that explains it:", before, BEFORE);
    report.line("and leads to: " + state);
    return report.text.toString();
  }

  private void section(String title, List<Operation> operations, int shown) {
    line(title);
    int hidden = Math.max(0, operations.size() - shown);
    if (hidden > 0) {
      line("  (%,d earlier ones)".formatted(hidden));
    }
    operations.stream().skip(hidden).forEach(this::show);
  }

  private void show(Operation operation) {
    String end =
        operation.isUnknown() || operation.returned() == Operation.NEVER
            ? "..."
            : seconds(operation.returned());
    line(
        "  %12s to %-12s client %2d  %s -> %s"
            .formatted(
                seconds(operation.called()),
                end,
                operation.client(),
                operation.call(),
                operation.answer()));
  }

  private String seconds(long time) {
    return "%.6f".formatted((time - begin) / NANOS);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
