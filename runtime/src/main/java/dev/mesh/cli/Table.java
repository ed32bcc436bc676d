package dev.mesh.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows in columns as wide as their widest cell; numbers to the right. Not thread-safe. */
final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  Table(String... head) {
    rows.add(List.of(head));
  }

  /** Adds a row with a cell for each column. */
  void row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell).replaceAll("\\p{Cntrl}", " "));
    }
    rows.add(row);
  }

  /** The lines of the table, its head first. */
  List<String> lines() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] numbers = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      int column = c;
      widths[c] = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
      numbers[c] =
          rows.size() > 1
              && rows.stream().skip(1).allMatch(row -> row.get(column).matches("[0-9][0-9.,%]*"));
    }
    return rows.stream().map(row -> line(row, widths, numbers)).toList();
  }

  private static String line(List<String> row, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String cell = row.get(c);
      String space = " ".repeat(widths[c] - cell.length());
      line.append(c == 0 ? "" : GAP).append(numbers[c] ? space + cell : cell + space);
    }
    return line.toString().stripTrailing();
  }
}
