package dev.mesh.persistence.replicated.memory;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.CompositeMachine;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.persistence.replicated.memory.MemoryAnswer.Status;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;

/** A group's machine with a memory in it, and the calls that tests make of it. */
final class MemoryProbe {
  static final String SPACE = "space";
  private static final int PAGE = 1 << 16;

  final StateMachine machine;

  MemoryProbe(Store store) {
    machine =
        CompositeMachine.open(
            store,
            new GroupId(1),
            ForkJoinPool.commonPool(),
            16 << 20,
            List.of(MemoryMachine::new));
  }

  static Bytes put(String key, long expected, String value) {
    return put(key, expected, MemoryCommand.NEVER, value);
  }

  static Bytes put(String key, long expected, long expires, String value) {
    return put(key, expected, expires, value, MemoryBound.NONE);
  }

  static Bytes put(String key, long expected, long expires, String value, MemoryBound bound) {
    return new MemoryCommand.Put(SPACE, key, expected, expires, Bytes.utf8(value), bound).encode();
  }

  static Bytes delete(String key, long expected) {
    return new MemoryCommand.Delete(SPACE, key, expected).encode();
  }

  /** Applies commands as one entry. */
  List<MemoryAnswer> apply(Bytes... commands) {
    return machine.apply(machine.appliedIndex() + 1, List.of(commands)).stream()
        .map(MemoryAnswer::decode)
        .toList();
  }

  /** The version of a put that must succeed. */
  long put(String key, String value) {
    MemoryAnswer answer = apply(put(key, MemoryCommand.ANY, value)).get(0);
    if (answer.status() != Status.DONE) {
      throw new AssertionError(answer);
    }
    return answer.version();
  }

  Bytes ask(MemoryQuery query) {
    return machine.query(query.encode()).toCompletableFuture().join();
  }

  Optional<MemoryEntry> entry(String key) {
    return MemoryQuery.Found.decode(ask(new MemoryQuery.Get(SPACE, key))).entry();
  }

  Optional<String> get(String key) {
    return entry(key).map(found -> found.value().asUtf8());
  }

  MemoryQuery.Page list(String prefix, String after, int limit) {
    return MemoryQuery.Page.decode(ask(new MemoryQuery.Entries(SPACE, prefix, after, limit, PAGE)));
  }

  List<String> keys(String prefix) {
    return list(prefix, "", Integer.MAX_VALUE).entries().stream()
        .map(MemoryQuery.Keyed::key)
        .toList();
  }

  MemoryQuery.ChangesPage changes(String prefix, long since) {
    return MemoryQuery.ChangesPage.decode(ask(new MemoryQuery.Changes(SPACE, prefix, since, PAGE)));
  }

  List<MemoryCommand.Due> due(long now) {
    return MemoryQuery.DuePage.decode(ask(new MemoryQuery.Expired(now, 100))).due();
  }

  MemoryTotals totals() {
    return MemoryTotals.decode(ask(new MemoryQuery.Totals()));
  }

  /** Everything that is stored, and the index it stands at, in a form that can be compared. */
  List<Bytes> dump() {
    get("any");
    List<Bytes> pieces = new ArrayList<>();
    try (SnapshotReader reader = machine.openSnapshot()) {
      SnapshotReader.Chunk chunk;
      long offset = 0;
      do {
        chunk = reader.read(offset, PAGE);
        pieces.add(chunk.bytes());
        offset += chunk.bytes().length();
      } while (!chunk.last());
    }
    return pieces;
  }

  void install(List<Bytes> pieces) {
    SnapshotWriter writer = machine.beginInstall();
    for (Bytes piece : pieces) {
      writer.write(writer.nextOffset(), piece).toCompletableFuture().join();
    }
    writer.finish(Bytes.utf8("label")).toCompletableFuture().join();
  }
}
