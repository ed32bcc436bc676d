package dev.mesh.http;

import dev.mesh.protocols.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Cuts a stream of bytes into lines and drops blank ones. A line over the bound is passed over up
 * to its end and reported without its content, so that the lines after it still count. Holds at
 * most one line. Not thread-safe.
 */
final class LineSplitter {
  private final int maxLine;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean over;
  private long number = 1;

  /**
   * @param maxLine bytes that a line may have, its end not counted
   */
  LineSplitter(int maxLine) {
    this.maxLine = maxLine;
  }

  /** The lines that end within {@code chunk}. */
  List<Line> feed(ByteString chunk) {
    List<Line> lines = new ArrayList<>();
    byte[] bytes = chunk.toArray();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        take(bytes, start, i);
        start = i + 1;
        end(lines);
      }
    }
    take(bytes, start, bytes.length);
    return lines;
  }

  private void take(byte[] bytes, int from, int to) {
    over |= line.size() + (to - from) > maxLine;
    if (over) {
      line.reset();
    } else {
      line.write(bytes, from, to - from);
    }
  }

  private void end(List<Line> lines) {
    if (over) {
      lines.add(new Line(number, Optional.empty()));
    } else {
      Bytes content = Bytes.wrap(line.toByteArray());
      if (!isBlank(content)) {
        lines.add(new Line(number, Optional.of(content)));
      }
    }
    line.reset();
    over = false;
    number++;
  }

  private static boolean isBlank(Bytes bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (" \t\r".indexOf(bytes.at(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param number counted from 1, blank lines included
   * @param content absent if the line is too long
   */
  record Line(long number, Optional<Bytes> content) {}
}
