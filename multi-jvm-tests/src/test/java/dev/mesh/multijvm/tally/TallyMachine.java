package dev.mesh.multijvm.tally;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.protocols.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts how often each command was applied. A command is {@code client number filling}; a query
 * names a client, and the answer has a digit for each of its numbers, from 0: how often the command
 * of that number was applied, 9 for more.
 */
final class TallyMachine implements ReplicatedMachine {
  private final Map<String, StringBuilder> digits = new TreeMap<>();

  @Override
  public Bytes apply(Bytes command) {
    String[] words = command.asUtf8().split(" ", 3);
    int number = Integer.parseInt(words[1]);
    StringBuilder counts = digits.computeIfAbsent(words[0], client -> new StringBuilder());
    while (counts.length() <= number) {
      counts.append('0');
    }
    char count = counts.charAt(number);
    counts.setCharAt(number, (char) Math.min(count + 1, '9'));
    return Bytes.EMPTY;
  }

  @Override
  public Bytes query(Bytes client) {
    return Bytes.utf8(digits.getOrDefault(client.asUtf8(), new StringBuilder()).toString());
  }

  @Override
  public void writeSnapshot(OutputStream out) throws IOException {
    for (Map.Entry<String, StringBuilder> client : digits.entrySet()) {
      out.write((client.getKey() + " " + client.getValue() + "\n").getBytes(UTF_8));
    }
  }

  @Override
  public void readSnapshot(InputStream in) throws IOException {
    digits.clear();
    new String(in.readAllBytes(), UTF_8)
        .lines()
        .map(line -> line.split(" ", 2))
        .forEach(words -> digits.put(words[0], new StringBuilder(words[1])));
  }
}
