package dev.mesh.persistence.replicated.heap;

import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;

/** The answer to a query on its way: one byte that says whether the machine could answer. */
public final class QueryAnswer {
  private static final byte ANSWER = 0;
  private static final byte FAILURE = 1;

  private QueryAnswer() {}

  static Bytes of(ReplicatedMachine machine, Bytes query) {
    try {
      return marked(ANSWER, machine.query(query));
    } catch (RuntimeException e) { // whatever the application throws
      return marked(FAILURE, Bytes.utf8(String.valueOf(e.getMessage())));
    }
  }

  private static Bytes marked(byte mark, Bytes bytes) {
    ByteBuffer out = ByteBuffer.allocate(1 + bytes.length()).put(mark);
    bytes.copyTo(out);
    return Bytes.wrap(out.array());
  }

  /**
   * The machine's answer.
   *
   * @throws IllegalArgumentException if the query made the machine fail; with its message
   */
  public static Bytes read(Bytes marked) {
    Bytes answer = marked.slice(1, marked.length() - 1);
    if (marked.at(0) == FAILURE) {
      throw new IllegalArgumentException("the machine cannot answer: " + answer.asUtf8());
    }
    return answer;
  }
}
