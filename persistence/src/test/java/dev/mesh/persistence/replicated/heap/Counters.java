package dev.mesh.persistence.replicated.heap;

import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.protocols.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/** An application's machine: every command counts up the name that it is. */
final class Counters implements ReplicatedMachine {
  static final Bytes POISON = Bytes.utf8("poison");

  final Map<String, Integer> counts = new TreeMap<>();

  @Override
  public Bytes apply(Bytes command) {
    if (command.equals(POISON)) {
      throw new IllegalStateException("poisoned");
    }
    return Bytes.utf8("" + counts.merge(command.asUtf8(), 1, Integer::sum));
  }

  @Override
  public Bytes query(Bytes query) {
    Integer count = counts.get(query.asUtf8());
    if (count == null) {
      throw new IllegalArgumentException("nobody counted " + query.asUtf8());
    }
    return Bytes.utf8("" + count);
  }

  @Override
  public void writeSnapshot(OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(counts.size());
    for (Map.Entry<String, Integer> each : counts.entrySet()) {
      data.writeUTF(each.getKey());
      data.writeInt(each.getValue());
    }
  }

  @Override
  public void readSnapshot(InputStream in) throws IOException {
    counts.clear();
    DataInputStream data = new DataInputStream(in);
    for (int left = data.readInt(); left > 0; left--) {
      counts.put(data.readUTF(), data.readInt());
    }
  }
}
